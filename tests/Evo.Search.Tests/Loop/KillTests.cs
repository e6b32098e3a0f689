using Evo.Search.Runs;
using Evo.Search.Tests.Loop.Doubles;

namespace Evo.Search.Tests.Loop;

/// <summary>kill -9 at random moments, for real: another process, NSGA-II, SQLite on the disk.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 25;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one_bit_for_bit()
    {
        await KillableSearch.In(_folder["straight"], TimeSpan.Zero).RunAsync();

        var moments = new Random(20261122);
        var (kills, killedAtWork) = (0, 0);
        while (kills < Kills)
        {
            // Every other kill comes after a first evaluation of this process, the rest anywhere from the start of the runtime on.
            using var process = KillableSearch.Start(_folder["run"], TimeSpan.FromMilliseconds(30));
            var error = process.StandardError.ReadToEndAsync();
            var before = Evaluations();
            if (kills % 2 == 0)
            {
                while (!process.HasExited && Evaluations() == before)
                    await Task.Delay(10);
            }

            if (process.WaitForExit(TimeSpan.FromMilliseconds(moments.Next(0, kills % 2 == 0 ? 100 : 600))))
            {
                Assert.True(process.ExitCode == 0, await error);
                break;
            }

            process.Kill();
            await process.WaitForExitAsync();
            kills++;
            killedAtWork += Evaluations() > before ? 1 : 0;
        }

        using (var last = KillableSearch.Start(_folder["run"], TimeSpan.Zero))
        {
            var error = last.StandardError.ReadToEndAsync();
            await last.WaitForExitAsync();
            Assert.True(last.ExitCode == 0, await error);
        }

        Assert.True(kills >= 20 && killedAtWork >= 10, $"only {kills} kills, {killedAtWork} of them after work");
        Assert.Equal(RunFacts.Of(_folder["straight"]), RunFacts.Of(_folder["run"]));
    }

    [Fact]
    public async Task A_killed_run_is_read_as_stopped_and_can_be_taken_up()
    {
        using (var process = KillableSearch.Start(_folder["run"], TimeSpan.FromMilliseconds(30)))
        {
            while (Evaluations() < 3)
                await Task.Delay(20);
            process.Kill();
            await process.WaitForExitAsync();
        }

        using (var reader = RunReader.Open(_folder["run"]))
        {
            Assert.Equal(RunState.Stopped, reader.Status().State);
            Assert.Contains("killed", reader.Status().Reason, StringComparison.Ordinal);
            Assert.NotEmpty(reader.Front().Members);
        }

        using var session = KillableSearch.In(_folder["run"], TimeSpan.Zero).Open();
        Assert.NotNull(session.Run.Reference);
    }

    private long Evaluations()
    {
        try
        {
            using var reader = RunReader.Open(_folder["run"]);
            return reader.Status().Evaluations;
        }
        catch (RunException)
        {
            return 0; // not begun yet
        }
    }
}
