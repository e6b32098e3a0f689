using System.Text.Json.Nodes;

namespace Evo.EndToEnd.Tests;

/// <summary>What stops a search, and that nothing is lost or changed by it.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_killed_hard_at_random_moments_gives_the_same_fronts_as_an_undisturbed_one()
    {
        var undisturbed = _folder["undisturbed"];
        EvoProcess.Succeed(["run", Repository.Quickstart, "--run-dir", undisturbed, .. Small.Search]);

        var killed = _folder["killed"];
        var random = new Random(20261122);
        var kills = 0;
        while (true)
        {
            using var evo = EvoProcess.Start(["run", Repository.Quickstart, "--run-dir", killed, .. Small.Search]);
            Thread.Sleep(random.Next(300, 2500));
            if (evo.HasExited)
            {
                Assert.Equal(0, evo.WaitForEnd().ExitCode);
                break;
            }

            evo.KillHard();
            // Each kill leaves a directory that can be read; the moments move on so that the search ends.
            if (++kills >= 8)
            {
                EvoProcess.Succeed(["run", Repository.Quickstart, "--run-dir", killed, .. Small.Search]);
                break;
            }
        }

        Assert.True(kills > 0, "the search was over before it could be killed");
        var fronts = Directory.GetFiles(Path.Combine(undisturbed, "fronts")).Select(Path.GetFileName).Order().ToArray();
        Assert.Equal(Small.Generations, fronts.Length);
        Assert.Equal(fronts, Directory.GetFiles(Path.Combine(killed, "fronts")).Select(Path.GetFileName).Order());
        foreach (var file in fronts.Select(front => Path.Combine("fronts", front!)).Append("pareto.json").Append("pareto.csv"))
            Assert.Equal(File.ReadAllText(Path.Combine(undisturbed, file)), File.ReadAllText(Path.Combine(killed, file)));
    }

    [Theory]
    [InlineData((int)PosixSignalNumber.Interrupt)]
    [InlineData((int)PosixSignalNumber.Terminate)]
    [InlineData((int)PosixSignalNumber.User1)]
    public void The_first_signal_stops_cleanly_with_75_and_the_run_goes_on_later(int signal)
    {
        var run = _folder[$"run-{signal}"];
        string[] endless = ["run", Repository.Quickstart, "--run-dir", run, "--json", "--set", "search.population=6", "--set", "search.budget.generations=500", "--set", "splits.search=0.1"];
        using (var evo = EvoProcess.Start(endless))
        {
            evo.WaitForOutput("\"event\":\"candidate\"");
            evo.Signal((PosixSignalNumber)signal);
            Assert.Equal(75, evo.WaitForEnd().ExitCode);
        }

        Assert.Equal("stopped", (string?)JsonNode.Parse(EvoProcess.Succeed("status", run, "--json"))!["state"]);

        using var again = EvoProcess.Start(endless);
        again.WaitForOutput("\"resumed\":true");
        again.WaitForOutput("\"event\":\"generation\"");
        again.Signal((PosixSignalNumber)signal);
        Assert.Equal(75, again.WaitForEnd().ExitCode);
    }

    [Fact]
    public void A_second_process_on_the_same_directory_is_refused_and_the_first_goes_on()
    {
        var run = _folder["run"];
        using var first = EvoProcess.Start(["run", Repository.Quickstart, "--run-dir", run, "--json", "--set", "search.budget.generations=500"]);
        first.WaitForOutput("\"event\":\"baseline\"");
        var second = EvoProcess.Run("run", Repository.Quickstart, "--run-dir", run, "--set", "search.budget.generations=500");
        Assert.Equal(3, second.ExitCode);
        Assert.Contains(first.Id.ToString(), second.Error, StringComparison.Ordinal);
        Assert.False(first.HasExited);
        first.Signal(PosixSignalNumber.Terminate);
        Assert.Equal(75, first.WaitForEnd().ExitCode);
    }

    [Fact]
    public void Keep_going_restarts_a_killed_search_until_it_is_finished()
    {
        var run = _folder["run"];
        using var supervisor = EvoProcess.Start(["run", Repository.Quickstart, "--run-dir", run, "--json", "--keep-going", .. Small.Search]);
        supervisor.WaitForOutput("\"event\":\"baseline\"");
        var first = JsonNode.Parse(supervisor.OutputSoFar.Split('\n')[0])!;
        Assert.NotEqual(supervisor.Id, (int)first["pid"]!);
        Assert.Equal(0, EvoProcess.KillProcess((int)first["pid"]!, PosixSignalNumber.KillNow));
        var result = supervisor.WaitForEnd();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\"resumed\":true", result.Out, StringComparison.Ordinal);
        Assert.Contains("starting it again", result.Error, StringComparison.Ordinal);
    }
}
