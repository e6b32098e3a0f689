using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Tests.Engines;

/// <summary>Loops over items, nested ones too: every item once, failures told, cancellation heard, never more threads than asked for.</summary>
public sealed class CpuWorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Nested_loops_do_every_item_once_on_no_more_threads_than_asked_for(int count)
    {
        using var workers = new CpuWorkers(count);
        var done = new int[20, 30];
        var (running, most) = (0, 0);
        workers.ForEach(20, (outer, _) => workers.ForEach(30, (inner, _) =>
        {
            var now = Interlocked.Increment(ref running);
            for (var seen = Volatile.Read(ref most); now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen;)
                seen = Volatile.Read(ref most);
            Interlocked.Increment(ref done[outer, inner]);
            Thread.SpinWait(1000);
            Interlocked.Decrement(ref running);
        }, CancellationToken.None), CancellationToken.None);
        Assert.All(done.Cast<int>(), times => Assert.Equal(1, times));
        Assert.InRange(most, 1, count);
    }

    [Fact]
    public void Every_thread_has_a_working_memory_of_its_own()
    {
        using var workers = new CpuWorkers(4);
        var inUse = new System.Collections.Concurrent.ConcurrentDictionary<CpuRun, int>();
        workers.ForEach(200, (_, run) =>
        {
            Assert.Equal(1, inUse.AddOrUpdate(run, 1, (_, threads) => threads + 1));
            workers.ForEach(3, (_, inner) => Assert.NotSame(run, inner), CancellationToken.None);
            inUse.AddOrUpdate(run, 0, (_, threads) => threads - 1);
        }, CancellationToken.None);
    }

    [Fact]
    public void A_failure_ends_the_loop_and_is_thrown_and_the_next_loop_is_whole()
    {
        using var workers = new CpuWorkers(3);
        var failure = Assert.Throws<InvalidDataException>(() => workers.ForEach(1000, (item, _) =>
        {
            if (item == 5)
                throw new InvalidDataException("five");
        }, CancellationToken.None));
        Assert.Equal("five", failure.Message);
        var sum = 0;
        workers.ForEach(100, (item, _) => Interlocked.Add(ref sum, item), CancellationToken.None);
        Assert.Equal(4950, sum);
    }

    [Fact]
    public void A_failure_inside_an_inner_loop_reaches_the_caller()
    {
        using var workers = new CpuWorkers(2);
        Assert.Throws<InvalidDataException>(() => workers.ForEach(
            10, (outer, _) => workers.ForEach(10, (inner, _) => throw new InvalidDataException(), CancellationToken.None), CancellationToken.None));
    }

    [Fact]
    public void Cancelling_stops_the_loop()
    {
        using var workers = new CpuWorkers(2);
        using var source = new CancellationTokenSource();
        var done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => workers.ForEach(100_000, (item, _) =>
        {
            Interlocked.Increment(ref done);
            if (item == 10)
                source.Cancel();
        }, source.Token));
        Assert.InRange(done, 11, 99_999);
        Assert.ThrowsAny<OperationCanceledException>(() => workers.ForEach(0, (_, _) => { }, source.Token));
    }

    [Fact]
    public void A_thread_that_waits_inside_an_item_does_not_stop_the_others()
    {
        using var workers = new CpuWorkers(2);
        var shared = new Lazy<int>(() =>
        {
            var sum = 0;
            workers.ForEach(50, (item, _) => Interlocked.Add(ref sum, item), CancellationToken.None);
            return sum;
        });
        workers.ForEach(10, (_, _) => Assert.Equal(1225, shared.Value), CancellationToken.None);
    }
}
