using Evo.Search.Loop;
using Evo.Search.Runs;
using Evo.Search.Tests.Loop.Doubles;

namespace Evo.Search.Tests.Loop;

public sealed class LedgerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StoppedTime _time = new();
    private readonly RunStore _store;
    private readonly Ledger _ledger;
    private readonly List<string> _commits = [];
    private readonly List<int> _written = [];

    public LedgerTests()
    {
        _store = RunStore.OpenForWriting(_folder["run.db"]);
        _store.CommitProbe = (name, after) =>
        {
            if (after)
                _commits.Add(name);
        };
        _ledger = new Ledger(_store, new StageClock(_time), _time);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Quick_results_share_the_commit_of_the_last_one_in_their_order()
    {
        _ledger.Add(() => _written.Add(1));
        _ledger.Add(() => _written.Add(2));
        Assert.Empty(_commits);

        _ledger.Commit("evaluation", () => _written.Add(3));

        Assert.Equal(["evaluation"], _commits);
        Assert.Equal([1, 2, 3], _written);
    }

    [Fact]
    public void A_result_never_waits_for_more_than_a_second_of_work()
    {
        _ledger.Add(() => _written.Add(1));
        _time.Pass(TimeSpan.FromSeconds(1));
        _ledger.Add(() => _written.Add(2));

        Assert.Single(_commits);
        Assert.Equal([1, 2], _written);
    }

    [Fact]
    public void Nothing_gathered_costs_no_commit()
    {
        _ledger.Commit("evaluation");

        Assert.Empty(_commits);
    }

    private sealed class StoppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
