using Evo.Evaluation.Outcomes;
using Evo.Search.Runs;
using Evo.Search.Tests.Loop.Doubles;

namespace Evo.Search.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private PaperSearch Search => new() { Directory = _folder["run"] };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_with_other_things_in_it_is_refused()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run/thesis.tex"], "");

        var refusal = Assert.Throws<RunException>(() => RunDirectory.ForWriting(_folder["run"]));

        Assert.Equal(RunProblem.Usage, refusal.Problem);
        Assert.Contains("thesis.tex", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--run-dir", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_run_killed_in_its_first_instant_leaves_behind_is_taken_over()
    {
        Directory.CreateDirectory(_folder["run/fronts"]);
        File.WriteAllText(_folder["run/run.lock"], "");
        File.WriteAllText(_folder["run/search-space.yaml.tmp"], "half a fi");

        using var session = Search.Open();

        Assert.Equal(RunState.Running, session.Run.State);
    }

    [Fact]
    public void A_second_writer_is_told_who_is_at_work()
    {
        using var session = Search.Open();

        var refusal = Assert.Throws<RunException>(() => Search.Open());

        Assert.Equal(RunProblem.Environment, refusal.Problem);
        Assert.Contains($"pid {Environment.ProcessId} on {Environment.MachineName}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_too_full_for_the_owners_name_is_not_taken_for_another_process()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.CreateSymbolicLink(_folder["run/run.owner.tmp"], "run.owner.tmp"); // a link to itself: opening it fails as writing to a full disk does

        using var session = Search.Open();

        Assert.True(session.Directory.IsBeingWritten);
        Assert.False(File.Exists(_folder["run/run.owner"]));
    }

    [Fact]
    public void A_path_that_cannot_be_is_not_taken_for_a_locked_one()
    {
        var path = _folder[new string('a', 300)];

        RunLock.RefuseIfHeld(new RunDirectory(path));

        var refusal = Assert.Throws<RunException>(() => RunDirectory.ForWriting(path));
        Assert.Equal(RunProblem.Environment, refusal.Problem);
        Assert.Contains("cannot be created", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_can_be_read_while_it_is_written()
    {
        var states = new List<RunState>();
        var search = Search with
        {
            CommitProbe = (name, after) =>
            {
                if (name != "generation" || !after)
                    return;
                using var reader = RunReader.Open(_folder["run"]);
                states.Add(reader.Status().State);
                Assert.NotEmpty(reader.Front().Members);
            },
        };

        await search.RunAsync();

        Assert.Equal(Enumerable.Repeat(RunState.Running, 4), states);
    }

    [Fact]
    public async Task Another_search_in_the_directory_is_refused_with_what_differs()
    {
        await Search.RunAsync();

        var refusal = Assert.Throws<RunException>(() => (Search with { SpaceHash = "space-b" }).Open());

        Assert.Equal(RunProblem.Usage, refusal.Problem);
        Assert.Contains("run:  space: space-a", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("now:  space: space-b", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_has_changed_since_is_refused_by_name()
    {
        await Search.RunAsync();

        var refusal = Assert.Throws<RunException>(() => (Search with { TaskHash = "hash-of-new-arithmetic" }).Open());

        Assert.Contains("the task 'arithmetic' has changed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_a_directory_without_a_run_says_so()
    {
        var refusal = Assert.Throws<RunException>(() => RunReader.Open(_folder.Path));

        Assert.Equal(RunProblem.Usage, refusal.Problem);
    }

    [Fact]
    public void A_file_that_is_no_database_is_an_environment_problem_not_a_crash()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run/run.db"], new string('x', 5000));

        Assert.Equal(RunProblem.Environment, Assert.Throws<RunException>(() => RunReader.Open(_folder["run"])).Problem);
        Assert.Equal(RunProblem.Environment, Assert.Throws<RunException>(() => Search.Open()).Problem);
    }

    [Fact]
    public async Task A_database_of_a_newer_release_is_refused()
    {
        await Search.RunAsync();
        using (var database = RunDatabase.OpenForWriting(_folder["run/run.db"]))
            database.Execute("UPDATE schema SET version = 99");

        Assert.Contains("newer release", Assert.Throws<RunException>(() => RunReader.Open(_folder["run"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_stops_the_run_cleanly_and_it_continues_when_there_is_room()
    {
        await (Search with { Directory = _folder["straight"] }).RunAsync();

        var full = Search with { Prepare = session => session.Store.LimitPages(session.Store.PageCount + 12) };
        var refusal = await Assert.ThrowsAsync<RunException>(() => full.RunAsync());
        Assert.Equal(RunProblem.Environment, refusal.Problem);
        Assert.Contains("evo resume", refusal.Message, StringComparison.Ordinal);
        using (var reader = RunReader.Open(_folder["run"]))
            Assert.True(reader.Status().Tokens > 0, "what was scored before the disk was full is there");

        await Search.RunAsync();
        Assert.Equal(RunFacts.Of(_folder["straight"]), RunFacts.Of(_folder["run"]));
    }

    [Fact]
    public async Task A_front_file_that_a_crash_kept_from_being_written_is_made_up_for()
    {
        await Search.RunAsync();
        var text = File.ReadAllText(_folder["run/fronts/generation-0002.json"]);
        File.Delete(_folder["run/fronts/generation-0002.json"]);
        File.WriteAllText(_folder["run/fronts/generation-0003.json"], "{ torn");

        await Search.RunAsync();

        Assert.Equal(text, File.ReadAllText(_folder["run/fronts/generation-0002.json"]));
        Assert.StartsWith("{\n  \"schema\": \"evo.pareto/1\"", File.ReadAllText(_folder["run/fronts/generation-0003.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_is_shown_by_the_beginning_of_its_id()
    {
        var front = (await Search.RunAsync()).Front!;
        using var reader = RunReader.Open(_folder["run"]);

        var shown = reader.Show(front.Members[0].Id[..10].ToUpperInvariant());

        Assert.Equal(front.Members[0].Id, shown.Id);
        Assert.True(shown.OnFront);
        Assert.Equal(30, shown.Items.Single(items => items.Objective == "arithmetic").Items.Length);
        Assert.Equal("models/left", Assert.Single(shown.Coefficients).Model);
        Assert.Equal("linear", (string)shown.Recipe["merge_method"]!);
    }

    [Fact]
    public async Task An_ambiguous_or_unknown_id_is_refused_with_the_candidates_it_could_be()
    {
        await Search.RunAsync();
        using var reader = RunReader.Open(_folder["run"]);

        var letter = reader.Store.Proposals.Firsts(int.MaxValue).Select(proposal => reader.Store.Candidates.Get(proposal.Candidate).Id[..1])
            .GroupBy(first => first).First(group => group.Count() > 1).Key;

        Assert.Contains("several", Assert.Throws<RunException>(() => reader.Show(letter)).Message, StringComparison.Ordinal);
        Assert.Contains("no candidate", Assert.Throws<RunException>(() => reader.Show("zz")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retried_attempts_and_invalid_candidates_are_counted_apart()
    {
        var calls = 0;
        var evaluator = new PaperEvaluator { Instead = (_, _) => ++calls == 3 ? new EvaluationOutcome.Lost("worker died") : null };
        await (Search with { Evaluator = evaluator, InvalidAbove = 0.5 }).RunAsync();

        using var reader = RunReader.Open(_folder["run"]);
        var status = reader.Status();

        Assert.Equal(1, status.FailedAttempts);
        Assert.True(status.InvalidCandidates >= 1);
        Assert.Equal(status.FailedAttempts + status.InvalidCandidates, status.Failures);
    }
}
