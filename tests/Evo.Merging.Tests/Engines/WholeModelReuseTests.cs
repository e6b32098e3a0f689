using System.Globalization;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods;
using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>Methods with statistics of whole models: a changed gene rebuilds the tensors whose values it reaches, no more and no fewer.</summary>
public sealed class WholeModelReuseTests : IDisposable
{
    private static readonly string[] OfLayerOne = [Names.Query(1), Names.Up(1), Names.Norm(1)];

    private readonly MergeScene _scene = SmallLayers.Create();
    private readonly CpuMergeEngine _engine = new(2);

    public static TheoryData<string> Methods => [.. MergeMethods.All.Select(method => method.Name)];

    [Theory]
    [InlineData("ties", "trim_scope: model, density: 0.4", "weight")]
    [InlineData("ties", "trim_scope: model, density: 0.4, weight: 0.5", "lambda")]
    [InlineData("pcb", "density: 0.4", "weight")]
    [InlineData("localize_and_stitch", "density: 0.4", "lambda")]
    [InlineData("emr", "task: 1", "lambda")]
    [InlineData("r_tsvm", "", "weight")]
    [InlineData("darwin", "mri_trust: 0.5, density_a: 0.6, density_b: 0.6", "attn_ratio")]
    [InlineData("ties", "density: 0.4, lines_alpha: 0.5, lines_beta: 0.5", "weight")]
    [InlineData("dare_ties", "density: 0.4, lines_alpha: 0.5, lines_beta: 0.5", "weight")]
    public void What_no_other_tensor_reads_rebuilds_its_own_layer_alone(string method, string parameters, string gene)
    {
        var stale = Stale(method, parameters, gene, 0.5, 0.7);
        Assert.Equal(OfLayerOne.Order(), stale.Order());
    }

    [Theory]
    [InlineData("ties", "trim_scope: model, weight: 0.5", "density")]
    [InlineData("pcb", "weight: 0.5", "density")]
    [InlineData("localize_and_stitch", "", "density")]
    [InlineData("ties", "density: 0.4, lines_alpha: auto", "weight")]
    [InlineData("task_arithmetic", "lines_alpha: auto", "weight")]
    public void What_the_whole_model_s_statistics_read_rebuilds_all(string method, string parameters, string gene)
    {
        Assert.Equal(Plan(method, parameters, gene, 0.5).Tensors.Length, Stale(method, parameters, gene, 0.5, 0.7).Length);
    }

    [Fact]
    public void A_model_that_leaves_one_tensor_changes_the_thresholds_of_all()
    {
        Assert.Equal(11, Stale("ties", "trim_scope: model, density: 0.4", "weight", 0.5, 0).Length);
    }

    [Theory, MemberData(nameof(Methods))]
    public void Any_parameter_changed_in_one_layer_gives_the_bits_of_a_full_rebuild(string method)
    {
        var parameters = MergeMethods.Find(method)!.Parameters;
        foreach (var modifier in new[] { "", "lines_alpha: 0.5, lines_beta: 0.4, ", "lines_alpha: auto, " })
            foreach (var parameter in modifier.Length == 0 ? parameters : parameters[..Math.Min(1, parameters.Length)])
                if (Values(parameter) is var (before, after) && TryPlan(modifier, parameter, before) is { } first && TryPlan(modifier, parameter, after) is { } second)
                    RequireSameBits(first, second, $"{method}: {modifier}{parameter.Name} from {before} to {after}");

        MergePlan? TryPlan(string modifier, MethodParameter parameter, string value)
        {
            if (modifier.Length > 0 && !MergeMethods.Find(method)!.Needs.NeedsBase)
                return null;
            var common = string.Join(", ", Common(method).Where(pair => pair.Name != parameter.Name).Select(pair => $"{pair.Name}: {pair.Value}"));
            try
            {
                return Plan(method, modifier + common, parameter.Name, value);
            }
            catch (RecipeException)
            {
                return null; // values that do not go together, a method that takes no modifier, a parameter that is not set by layer
            }
        }
    }

    public void Dispose()
    {
        _engine.Dispose();
        _scene.Dispose();
    }

    /// <summary>Parameters that bring all methods to act: no default leaves everything as it is.</summary>
    private static IEnumerable<(string Name, string Value)> Common(string method)
    {
        (string, string)[] all = [("weight", "0.5"), ("density", "0.4"), ("t", "0.4"), ("trim_scope", "model"), ("mri_trust", "0.5"), ("density_a", "0.6"), ("select_topk", "0.5")];
        return all.Where(pair => MergeMethods.Find(method)!.Parameters.Any(parameter => parameter.Name == pair.Item1));
    }

    private static (string Before, string After)? Values(MethodParameter parameter) => parameter switch
    {
        { IsInert: true } => null,
        { IsChoice: true } => (parameter.Choices[0], parameter.Choices[^1]),
        { IsBoolean: true } => ("false", "true"),
        _ => (Text((parameter.SuggestedMinimum + parameter.SuggestedMaximum) / 2), Text(parameter.SuggestedMaximum)),
    };

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private string[] Stale(string method, string parameters, string gene, double before, double after)
    {
        var (first, second) = (Plan(method, parameters, gene, before), Plan(method, parameters, gene, after));
        using var weights = new CpuWeights(first.Layout);
        _engine.Merge(first, weights);
        var stale = WrittenCandidate.Stale((WrittenCandidate)weights.Contents!, second);
        RequireSameBits(first, second, $"{method} {gene}");
        return [.. stale.Select(index => second.Tensors[index].Output.Name)];
    }

    /// <summary>The second candidate over the first, beside the second in a fresh buffer by a fresh engine.</summary>
    private void RequireSameBits(MergePlan first, MergePlan second, string what)
    {
        using var weights = new CpuWeights(first.Layout);
        using var fresh = new CpuWeights(second.Layout);
        using var engine = new CpuMergeEngine(1);
        try
        {
            _engine.Merge(first, weights);
            engine.Merge(second, fresh);
        }
        catch (NonFiniteMergeException)
        {
            return; // values that no tensor can be made of
        }

        _engine.Merge(second, weights);
        foreach (var slot in fresh.Layout.Slots)
            Assert.True(fresh.Read(slot).SequenceEqual(weights.Read(slot)), $"{what}: '{slot.Name}' differs");
    }

    private MergePlan Plan(string method, string parameters, string gene, double ofLayerOne) => Plan(method, parameters, gene, Text(ofLayerOne), "0.5");

    private MergePlan Plan(string method, string parameters, string gene, string ofLayerOne, string? others = null)
    {
        var needs = MergeMethods.Find(method)!.Needs;
        others ??= Values(MergeMethods.Find(method)!.Parameters.First(parameter => parameter.Name == gene))!.Value.Before;
        return _scene.Plan($"{{merge_method: {method}, {(needs.NeedsBase ? "base_model: base, " : "")}models: [{{model: one}}{(needs.MaximumModels == 1 ? "" : ", {model: two}")}], "
            + $"parameters: {{{parameters}{(parameters.Length == 0 || parameters.TrimEnd().EndsWith(',') ? "" : ", ")}{gene}: [{{filter: layers.1., value: {ofLayerOne}}}, {{value: {others}}}]}}}}");
    }
}
