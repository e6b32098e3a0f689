using Evo.Checkpoints.Models;
using Evo.Search.Loop;
using Evo.Search.Runs;
using Evo.Search.Tests.Loop.Doubles;

namespace Evo.Search.Tests.Workshop;

/// <summary>The whole way with real models: space, merge, inference, scores, front, export.</summary>
public sealed class FamilySearchTests : IDisposable
{
    private readonly FamilySpace _family = new();

    public void Dispose() => _family.Dispose();

    [Fact]
    public async Task A_search_over_trained_models_finds_a_front_beside_its_parents()
    {
        var result = await _family.RunAsync("run");

        Assert.Equal(SearchEnd.Finished, result.End);
        var front = result.Front!;
        Assert.NotEmpty(front.Members);
        Assert.Equal(["base", "parent", "parent", "uniform"], front.Parents.Select(parent => parent.Kind));
        var (start, addition) = (front.Parents[0].Objectives, front.Parents[1].Objectives);
        Assert.True(addition["addition"].Value > start["addition"].Value + 0.3, "the expert has learnt its skill");
        Assert.Equal(0, start["change"].Value);
        Assert.All(front.Parents, parent => Assert.Equal(0, parent.Objectives["sick"].Value)); // no parent leaves its own norms
        Assert.True(front.Objectives.Single(objective => objective.Name == "change").ReportOnly);
        Assert.All(front.Members, member => Assert.Equal(12, member.Report!["addition"].Items));
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_the_machines_trouble_and_refused_before_any_work()
    {
        var request = new SearchRequest(_family.Space, _family["run"], Device: "cuda:77");

        var refusal = await Assert.ThrowsAsync<RunException>(() => SearchRunner.RunAsync(request, new StopAfter(1, new CancellationTokenSource())));

        Assert.Equal(RunProblem.Environment, refusal.Problem);
        Assert.Contains("space.yaml: evaluator: cuda:77 cannot be used", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_family["run"]));
        Assert.Equal(refusal.Message, Assert.Throws<RunException>(() => SearchRunner.Validate(request)).Message);
    }

    [Fact]
    public async Task A_stopped_and_resumed_search_and_an_extended_one_give_the_bytes_of_a_straight_one()
    {
        await _family.RunAsync("straight");

        using var stop = new CancellationTokenSource();
        var stopped = await _family.RunAsync("run", new StopAfter(3, stop), stop.Token);
        Assert.Equal(SearchEnd.Stopped, stopped.End);
        var resumed = await _family.ResumeAsync("run");

        Assert.Equal(SearchEnd.Finished, resumed.End);
        Assert.Equal(RunFacts.Of(_family["straight"]), RunFacts.Of(_family["run"]));

        await _family.ResumeAsync("run", moreGenerations: 1);
        using var longer = new FamilySpace(generations: 3);
        await longer.RunAsync("straight");
        Assert.Equal(
            File.ReadAllText(longer["straight/fronts/generation-0003.json"]), File.ReadAllText(_family["run/fronts/generation-0003.json"]));
    }

    [Fact]
    public async Task The_change_of_a_parent_is_the_mean_distance_of_its_weights_from_the_base()
    {
        var result = await _family.RunAsync("run");

        using var @base = ModelFolder.Open(_family["models/base"]);
        using var parent = ModelFolder.Open(_family["models/addition"]);
        double sum = 0;
        long count = 0;
        foreach (var tensor in @base.Tensors)
        {
            var (a, b) = (new float[tensor.ElementCount], new float[tensor.ElementCount]);
            @base.ReadFloats(tensor.Name, 0, a);
            parent.ReadFloats(tensor.Name, 0, b);
            sum += a.Zip(b, (x, y) => (double)Math.Abs(y - x)).Sum();
            count += tensor.ElementCount;
        }

        Assert.Equal(sum / count, result.Front!.Parents[1].Objectives["change"].Value, 1e-12);
    }

    [Fact]
    public async Task A_candidate_is_shown_with_its_coefficients_by_layer_and_component()
    {
        var result = await _family.RunAsync("run");
        using var reader = RunReader.Open(_family["run"]);
        var member = result.Front!.Members[0];

        var shown = reader.Show(member.Id);

        var weight = shown.Coefficients.Single(c => c is { Model: "models/addition", Parameter: "weight", Layer: 3, Component: "attention" });
        Assert.Equal(member.Genome[0], weight.Value, 1e-12);
        Assert.Equal("task_arithmetic", (string)shown.Recipe["merge_method"]!);
    }

    [Fact]
    public async Task A_changed_model_is_refused_by_name()
    {
        await _family.RunAsync("run");
        File.Delete(_family["models"]);
        Directory.CreateDirectory(_family["models"]);
        using var source = new FamilySpace();
        foreach (var (name, from) in new[] { ("base", "base"), ("addition", "sorting"), ("sorting", "sorting") })
            Directory.CreateSymbolicLink(_family["models/" + name], source["models/" + from]);

        var refusal = await Assert.ThrowsAsync<RunException>(() => _family.ResumeAsync("run"));

        Assert.Contains("the model 'models/addition' has changed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_counts_genes_evaluations_items_and_measures_the_time()
    {
        var request = new SearchRequest(_family.Space);

        var plan = SearchRunner.Validate(request);
        Assert.Equal((2, 4, 8L, 4), (plan.Genes.Length, plan.Population, plan.Evaluations!.Value, plan.Baselines));
        Assert.Equal([12, 12], plan.Tasks.Select(task => task.SearchItems));
        Assert.Null(plan.TotalSeconds);

        var probed = await SearchRunner.PlanAsync(request);
        Assert.True(probed.TotalSeconds > 0 && probed.PeakMemoryBytes > plan.CandidateParameters * 4);
        Assert.False(Directory.Exists(_family["runs"]));
    }

    [Fact]
    public async Task An_architecture_that_cannot_be_run_is_refused_before_there_is_a_run()
    {
        var (models, source) = (_family["models"], new DirectoryInfo(_family["models"]).ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        File.Delete(models);
        foreach (var name in new[] { "base", "addition", "sorting" })
        {
            Directory.CreateDirectory(Path.Combine(models, name));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(source, name)))
                File.Copy(file, Path.Combine(models, name, Path.GetFileName(file)));
            var config = Path.Combine(models, name, "config.json");
            File.WriteAllText(config, File.ReadAllText(config).Replace("\"silu\"", "\"mystery\"", StringComparison.Ordinal));
        }

        Assert.Throws<Evo.Checkpoints.CheckpointException>(() => SearchRunner.Validate(new SearchRequest(_family.Space)));
        await Assert.ThrowsAsync<Evo.Checkpoints.CheckpointException>(() => _family.RunAsync("run"));
        Assert.False(Directory.Exists(_family["run"]));
    }

    private sealed class StopAfter(int candidates, CancellationTokenSource stop) : ISearchObserver
    {
        private int _left = candidates;

        public void CandidateScored(CandidateScored scored)
        {
            if (--_left == 0)
                stop.Cancel();
        }
    }
}
