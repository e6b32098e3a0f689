using Evo.Search.Fronts;
using Evo.Search.Loop;
using Evo.Search.Runs;
using Evo.Search.Spaces;
using Evo.Search.Tests.Loop.Doubles;

namespace Evo.Search.Tests.Loop;

public sealed class SearchLoopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private PaperSearch Search => new() { Directory = _folder["run"] };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_search_ends_when_its_generations_are_used_up()
    {
        var result = await Search.RunAsync();

        Assert.Equal((SearchEnd.Finished, 0), (result.End, result.ExitCode));
        Assert.Equal((4, 24L), (result.Front!.Generation, result.Front.Evaluations));
    }

    [Fact]
    public async Task Every_file_of_a_run_directory_is_written()
    {
        await Search.RunAsync();

        var names = Directory.EnumerateFiles(_folder["run"], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder["run"], file)).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "run.db", "search-space.yaml", "resolved.yaml", "pareto.json", "pareto.csv", "status.json",
                "fronts/generation-0001.json", "fronts/generation-0002.json", "fronts/generation-0003.json", "fronts/generation-0004.json",
            }, names);
        Assert.DoesNotContain(names, name => name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_and_another_seed_another_search()
    {
        await Search.RunAsync();
        await (Search with { Directory = _folder["again"] }).RunAsync();
        await (Search with { Directory = _folder["other"], Seed = 8 }).RunAsync();

        Assert.Equal(RunFacts.Of(_folder["run"]), RunFacts.Of(_folder["again"]));
        Assert.NotEqual(File.ReadAllText(_folder["run/pareto.csv"]), File.ReadAllText(_folder["other/pareto.csv"]));
    }

    [Fact]
    public async Task No_item_is_evaluated_twice_for_one_candidate()
    {
        var evaluator = new PaperEvaluator();
        await (Search with { Evaluator = evaluator }).RunAsync();

        Assert.Equal(evaluator.Asked.Count, evaluator.Asked.Distinct().Count());
        Assert.NotEmpty(evaluator.Asked);
    }

    [Fact]
    public async Task A_repeated_recipe_is_a_cache_hit_and_costs_nothing()
    {
        var evaluator = new PaperEvaluator();
        await (Search with { Evaluator = evaluator }).RunAsync();

        using var reader = RunReader.Open(_folder["run"]);
        var status = reader.Status();
        var candidates = evaluator.Asked.Select(asked => asked.Candidate).Distinct().Count();
        Assert.True(status.CacheHits > 0, "the search repeats points on purpose");
        Assert.Equal(24, status.Evaluations);
        Assert.Equal(status.Evaluations - status.CacheHits + 4, candidates); // four baselines
    }

    [Fact]
    public async Task A_finished_run_that_is_started_again_evaluates_nothing()
    {
        await Search.RunAsync();
        var before = RunFacts.Of(_folder["run"]);
        var evaluator = new PaperEvaluator();

        var result = await (Search with { Evaluator = evaluator }).RunAsync();

        Assert.Equal(SearchEnd.Finished, result.End);
        Assert.Equal(0, evaluator.Calls);
        Assert.Equal(before, RunFacts.Of(_folder["run"]));
    }

    [Fact]
    public async Task Baselines_stand_beside_the_front_with_their_held_out_scores()
    {
        var front = (await Search.RunAsync()).Front!;

        Assert.Equal(["base", "parent", "parent", "uniform"], front.Parents.Select(parent => parent.Kind));
        Assert.All(front.Parents, parent =>
        {
            Assert.Equal(["arithmetic", "sorting", "change"], parent.Objectives.Keys);
            Assert.Equal(20, parent.Objectives["arithmetic"].Items);
            Assert.Equal(10, parent.Report!["arithmetic"].Items);
        });
        Assert.All(front.Members, member => Assert.Equal(["arithmetic", "sorting"], member.Report!.Keys));
    }

    [Fact]
    public async Task A_candidate_that_merges_to_NaN_is_invalid_and_the_search_goes_on()
    {
        var result = await (Search with { InvalidAbove = 0.5 }).RunAsync();

        Assert.Equal(SearchEnd.Finished, result.End);
        using var reader = RunReader.Open(_folder["run"]);
        Assert.True(reader.Status().InvalidCandidates > 0);
        Assert.All(result.Front!.Members, member => Assert.True(member.Genome[0] <= 0.5));
    }

    [Fact]
    public async Task The_front_is_the_non_dominated_set_of_everything_that_was_scored()
    {
        var front = (await Search.RunAsync()).Front!;

        using var reader = RunReader.Open(_folder["run"]);
        var all = reader.Store.Proposals.Firsts(int.MaxValue)
            .Select(proposal => reader.Show(reader.Store.Candidates.Get(proposal.Candidate).Id))
            .Select(shown => (shown.Id, A: shown.Objectives["arithmetic"].Value, S: shown.Objectives["sorting"].Value)).ToList();
        var expected = all.Where(x => !all.Any(y => y.A >= x.A && y.S <= x.S && (y.A > x.A || y.S < x.S))).Select(x => x.Id);
        Assert.Equal(expected.Order(), front.Members.Select(member => member.Id).Order());
    }

    [Fact]
    public async Task The_hypervolume_never_falls_from_generation_to_generation()
    {
        await (Search with { Budget = new Budget(12, null, null, null, null) }).RunAsync();

        using var reader = RunReader.Open(_folder["run"]);
        var volumes = Enumerable.Range(1, 12).Select(generation => reader.Front(generation).Hypervolume).ToList();
        Assert.Equal(volumes.Order(), volumes);
        Assert.True(volumes[^1] > 0);
    }

    [Fact]
    public async Task The_reference_point_is_zero_for_a_share_and_the_worst_baseline_for_a_loss()
    {
        var front = (await Search.RunAsync()).Front!;

        Assert.Equal<double>([0.0, front.Parents.Max(parent => parent.Objectives["sorting"].Value)], front.ReferencePoint);
    }

    [Fact]
    public async Task A_front_file_reads_back_as_it_was_written()
    {
        var front = (await Search.RunAsync()).Front!;

        var text = File.ReadAllText(_folder["run/pareto.json"]);
        Assert.Equal(FrontText.ToJson(front), text);
        Assert.Equal(text, FrontText.ToJson(FrontText.FromJson(text)));
    }
}
