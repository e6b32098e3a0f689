using System.Globalization;
using System.Text.RegularExpressions;

namespace Evo.Search.Tests.Spaces;

/// <summary>The parameter that the real planner resolves for each tensor is the gene meant for it, for every way to divide a range.</summary>
public sealed partial class PerAxesTests
{
    private const int Layers = 5;

    [Theory]
    [InlineData("global")]
    [InlineData("component")]
    [InlineData("part")]
    [InlineData("layer")]
    [InlineData("block(2)")]
    [InlineData("block(5)")]
    [InlineData("knots(3)")]
    [InlineData("knots(9)")]
    [InlineData("[component, layer]")]
    [InlineData("[component, block(3)]")]
    [InlineData("[block(3), part]")]
    [InlineData("[part, knots(4)]")]
    [InlineData("[[attention, gate+up, rest], block(2)]")]
    [InlineData("[[q+k, norm]]")]
    public void A_parameter_of_one_model(string per)
    {
        foreach (var tied in (bool[])[false, true])
        {
            using var fixture = new CodecFixture(Layers, tied);
            var codec = fixture.Codec("""
                merge_method: task_arithmetic
                base_model: models/base
                models:
                  - {model: models/arithmetic, parameters: {weight: {search: [0.1, 1.5], per: PER}}}
                  - {model: models/sorting, parameters: {weight: 0.05}}
                """.Replace("PER", per, StringComparison.Ordinal));
            var (genome, genes) = CodecFixture.Distinct(codec);
            var used = new HashSet<string>();

            foreach (var tensor in fixture.Plan(codec, genome).Tensors)
            {
                Assert.Equal(Meant("arithmetic.weight", per, tensor.Output.Name, genes, used), tensor.Parameters.Of(0, "weight"), 12);
                Assert.Equal(0.05, tensor.Parameters.Of(1, "weight"));
            }

            Assert.Equal(genes.Keys.Order(), used.Order());
        }
    }

    [Theory]
    [InlineData("model")]
    [InlineData("[model, component]")]
    [InlineData("[model, part, block(2)]")]
    [InlineData("[layer, model]")]
    public void A_range_for_all_models_becomes_a_value_for_each_but_the_base(string per)
    {
        using var fixture = new CodecFixture(Layers);
        var codec = fixture.Codec("""
            merge_method: ties
            base_model: models/base
            parameters: {weight: {search: [0.1, 1.5], per: PER}, density: 0.5}
            models:
              - model: models/base
              - model: models/arithmetic
              - {model: models/sorting, parameters: {density: 0.7}}
            """.Replace("PER", per, StringComparison.Ordinal));
        var (genome, genes) = CodecFixture.Distinct(codec);
        var used = new HashSet<string>();

        foreach (var tensor in fixture.Plan(codec, genome).Tensors)
        {
            Assert.Equal(["models/arithmetic", "models/sorting"], tensor.Models.Select(model => model.Model));
            Assert.Equal(Meant("arithmetic.weight", per, tensor.Output.Name, genes, used), tensor.Parameters.Of(0, "weight"), 12);
            Assert.Equal(Meant("sorting.weight", per, tensor.Output.Name, genes, used), tensor.Parameters.Of(1, "weight"), 12);
            Assert.Equal([0.5, 0.7], [tensor.Parameters.Of(0, "density"), tensor.Parameters.Of(1, "density")]);
        }

        Assert.Equal(genes.Keys.Order(), used.Order());
    }

    [Theory]
    [InlineData("global")]
    [InlineData("component")]
    [InlineData("[component, knots(2)]")]
    [InlineData("layer")]
    public void A_parameter_of_the_merge(string per)
    {
        using var fixture = new CodecFixture(Layers);
        var codec = fixture.Codec("""
            merge_method: slerp
            base_model: models/base
            models: [{model: models/arithmetic}]
            parameters: {t: {search: [0, 1], per: PER}}
            """.Replace("PER", per, StringComparison.Ordinal));
        var (genome, genes) = CodecFixture.Distinct(codec);
        var used = new HashSet<string>();

        foreach (var tensor in fixture.Plan(codec, genome).Tensors)
            Assert.Equal(Meant("t", per, tensor.Output.Name, genes, used), tensor.Parameters["t"], 12);
        Assert.Equal(genes.Keys.Order(), used.Order());
    }

    [Fact]
    public void Filters_and_gradients_of_the_recipe_keep_their_meaning()
    {
        using var fixture = new CodecFixture(Layers);
        var codec = fixture.Codec("""
            merge_method: slerp
            base_model: models/base
            models: [{model: models/arithmetic}]
            parameters:
              t:
                - {filter: self_attn, value: {search: [0, 1], per: layer}}
                - {filter: mlp, value: [{search: [0, 1]}, 0.5, {search: [0, 1]}]}
                - value: {search: [0, 1]}
            """);
        var (genome, genes) = CodecFixture.Distinct(codec);

        Assert.Equal(
            [.. Enumerable.Range(0, Layers).Select(layer => $"t[self_attn,layer{layer}]"), "t[mlp,point1]", "t[mlp,point3]", "t[rest]"],
            codec.Layout.Genes.Select(gene => gene.Name));
        foreach (var tensor in fixture.Plan(codec, genome).Tensors)
        {
            var layer = LayerOf(tensor.Output.Name) ?? 0;
            var expected = tensor.Output.Name.Contains("self_attn", StringComparison.Ordinal) ? genes[$"t[self_attn,layer{layer}]"]
                : tensor.Output.Name.Contains("mlp", StringComparison.Ordinal) ? Interpolate([genes["t[mlp,point1]"], 0.5, genes["t[mlp,point3]"]], layer)
                : genes["t[rest]"];
            Assert.Equal(expected, tensor.Parameters["t"], 12);
        }
    }

    [Fact]
    public void A_slice_has_its_own_layers()
    {
        using var fixture = new CodecFixture(Layers);
        var codec = fixture.Codec("""
            merge_method: passthrough
            slices:
              - sources: [{model: models/arithmetic, layer_range: [0, 2], parameters: {scale: {search: [0.5, 1.2], per: layer}}}]
              - sources: [{model: models/sorting, layer_range: [2, 5]}]
                parameters: {scale: {search: [0.5, 1.2], per: [component, layer]}}
            """);
        var (genome, genes) = CodecFixture.Distinct(codec);

        Assert.Equal(["slice1.arithmetic.scale[layer0]", "slice1.arithmetic.scale[layer1]"], codec.Layout.Genes.Take(2).Select(gene => gene.Name));
        foreach (var tensor in fixture.Plan(codec, genome).Tensors)
        {
            var name = tensor.Output.Name;
            var expected = LayerOf(name) switch
            {
                { } layer and < 2 => genes[$"slice1.arithmetic.scale[layer{layer}]"],
                { } layer => genes[$"slice2.scale[{ComponentOf(name)},layer{layer}]"],
                null when ComponentOf(name) == "embedding" => genes["slice1.arithmetic.scale[layer0]"],
                null when ComponentOf(name) == "head" => genes["slice2.scale[head]"],
                null => genes["slice2.scale[norm,layer2]"],
            };
            Assert.Equal(expected, tensor.Parameters.Of(0, "scale"), 12);
        }
    }

    [Fact]
    public void A_tied_model_has_no_gene_for_a_head()
    {
        const string Recipe = """
            merge_method: task_arithmetic
            base_model: models/base
            models: [{model: models/arithmetic, parameters: {weight: {search: [0, 1], per: component}}}]
            """;
        using var untied = new CodecFixture(tied: false);
        using var tied = new CodecFixture(tied: true);

        Assert.Equal(["attention", "mlp", "norm", "embedding", "head"], untied.Codec(Recipe).Layout.Genes.Select(gene => Inside(gene.Name)));
        Assert.Equal(["attention", "mlp", "norm", "embedding"], tied.Codec(Recipe).Layout.Genes.Select(gene => Inside(gene.Name)));
    }

    [Fact]
    public void Genes_come_in_the_order_of_the_recipe_then_models_groups_and_depth()
    {
        using var fixture = new CodecFixture();
        var codec = fixture.Codec("""
            merge_method: {choose: [ties, dare_ties]}
            base_model: models/base
            parameters: {lambda: {search: [0.5, 1.5]}, weight: {search: [0, 1], per: [model, [attention, rest], block(2)]}}
            models: [{model: models/arithmetic, parameters: {density: {search: [0.1, 1]}}}, {model: models/sorting}]
            """);

        Assert.Equal(
            [
                "merge_method", "lambda",
                "arithmetic.weight[attention,block1]", "arithmetic.weight[attention,block2]", "arithmetic.weight[rest,block1]", "arithmetic.weight[rest,block2]",
                "sorting.weight[attention,block1]", "sorting.weight[attention,block2]", "sorting.weight[rest,block1]", "sorting.weight[rest,block2]",
                "arithmetic.density",
            ],
            codec.Layout.Genes.Select(gene => gene.Name));
    }

    /// <summary>The value meant for a tensor, worked out from the words of <c>per</c> and the tensor's name alone.</summary>
    private static double Meant(string start, string per, string tensor, Dictionary<string, double> genes, HashSet<string> used)
    {
        var group = per.Contains("component", StringComparison.Ordinal) ? ComponentOf(tensor)
            : per.Contains("part", StringComparison.Ordinal) ? PartOf(tensor)
            : per.Contains("gate+up", StringComparison.Ordinal) ? ComponentOf(tensor) is "attention" ? "attention" : PartOf(tensor) is "gate" or "up" ? "gate+up" : "rest"
            : per.Contains("q+k", StringComparison.Ordinal) ? PartOf(tensor) is "q" or "k" ? "q+k" : ComponentOf(tensor) is "norm" ? "norm" : "rest"
            : null;

        // The embedding and the head have no depth of their own; without groups, and for the final norm, mergekit's t is 0.
        var hasDepth = group is not ("embedding" or "head");
        var layer = LayerOf(tensor) ?? 0;
        var steps = Steps().Match(per);
        if (steps is { Success: true, Groups: [_, { Value: "knots" }, var knots] } && hasDepth)
        {
            var names = Enumerable.Range(1, Number(knots.Value)).Select(knot => Name($"knot{knot}")).ToArray();
            used.UnionWith(names);
            return Interpolate([.. names.Select(name => genes[name])], layer);
        }

        var depth = !hasDepth ? null
            : per.Contains("layer", StringComparison.Ordinal) ? $"layer{layer}"
            : steps.Success ? $"block{(layer * Number(steps.Groups[2].Value) / Layers) + 1}"
            : null;
        used.Add(Name(depth));
        return genes[Name(depth)];

        string Name(string? step) => (group, step) switch
        {
            (null, null) => start,
            (null, _) => $"{start}[{step}]",
            (_, null) => $"{start}[{group}]",
            _ => $"{start}[{group},{step}]",
        };
    }

    private static string ComponentOf(string tensor) =>
        tensor.Contains("norm", StringComparison.Ordinal) ? "norm"
        : tensor.Contains("self_attn", StringComparison.Ordinal) ? "attention"
        : tensor.Contains("mlp", StringComparison.Ordinal) ? "mlp"
        : tensor.Contains("embed", StringComparison.Ordinal) ? "embedding" : "head";

    private static string PartOf(string tensor) =>
        Projection().Match(tensor) is { Success: true } match ? match.Groups[1].Value : ComponentOf(tensor);

    private static double Interpolate(double[] knots, int layer)
    {
        var position = (double)layer * (knots.Length - 1) / (Layers - 1);
        var below = Math.Min((int)position, knots.Length - 2);
        return knots[below] + ((position - below) * (knots[below + 1] - knots[below]));
    }

    private static int? LayerOf(string tensor) => LayerNumber().Match(tensor) is { Success: true } match ? Number(match.Groups[1].Value) : null;

    private static string Inside(string name) => name[(name.IndexOf('[', StringComparison.Ordinal) + 1)..^1];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(block|knots)\((\d+)\)")]
    private static partial Regex Steps();

    [GeneratedRegex(@"\.([a-z]+)_proj\.")]
    private static partial Regex Projection();

    [GeneratedRegex(@"layers\.(\d+)\.")]
    private static partial Regex LayerNumber();
}
