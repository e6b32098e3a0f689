using System.Globalization;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Modifiers;

/// <summary>Card B11: the merged task vector scaled by depth, beside any method.</summary>
public sealed class LinesTests
{
    private const string Models = "base_model: base, models: [{model: one, parameters: {weight: 1}}, {model: two, parameters: {weight: 1}}]";

    [Fact]
    public void The_factor_grows_linearly_from_alpha_to_alpha_plus_beta()
    {
        using var scene = Layers(5);
        var merged = scene.Merge(Recipe("lines_alpha: 0.2, lines_beta: 0.8"));
        for (var layer = 0; layer < 5; layer++)
            Near.Equal([2 * (.2 + (.2 * layer)), 2 * (.2 + (.2 * layer))], merged[Names.Norm(layer)]);
        Near.Equal([.4, .4], merged[Names.FinalNorm]);
        Near.Equal([.4], [merged[Names.Embedding][0]]);
    }

    [Fact]
    public void Beta_0_is_one_factor_for_all()
    {
        using var scene = Layers(3);
        Assert.All(scene.Merge(Recipe("lines_alpha: 0.3")).Values, values => Assert.All(values, value => Assert.Equal(.6f, value, 1e-6)));
    }

    [Theory]
    [InlineData("alpha", .4)]
    [InlineData("alpha_plus_beta", 2)]
    public void The_head_takes_the_factor_that_is_asked_for(string head, double expected)
    {
        using var scene = Layers(3, tied: false);
        var merged = scene.Merge(Recipe($"lines_alpha: 0.2, lines_beta: 0.8, lines_head: {head}"));
        Assert.Equal(expected, merged[Names.Head][0], 1e-6);
        Assert.Equal(.4, merged[Names.FinalNorm][0], 1e-6);
    }

    [Fact]
    public void The_only_layer_is_the_last_one()
    {
        using var scene = Layers(1);
        Near.Equal([2, 2], scene.Merge(Recipe("lines_alpha: 0.2, lines_beta: 0.8"))[Names.Norm(0)]);
    }

    [Fact]
    public void Gamma_bends_the_line()
    {
        using var scene = Layers(3);
        Near.Equal([2 * .25, 2 * .25], scene.Merge(Recipe("lines_alpha: 0, lines_beta: 1, lines_gamma: 2"))[Names.Norm(1)]);
    }

    [Fact]
    public void Automatic_alpha_of_a_plain_sum_is_one_over_the_models()
    {
        using var scene = Layers(4);
        Near.Equal([1, 1], scene.Merge(Recipe("lines_alpha: auto"))[Names.Norm(2)], 1e-5);
    }

    /// <summary>τ₁ = [1, −2], τ₂ = [−2, −1] by layer: ‖Σ‖₁ = 4; TIES at density 1 keeps [−2, −1.5]: α = 4 / 3.5 / 2.</summary>
    [Fact]
    public void Automatic_alpha_is_the_ratio_of_norms_over_the_whole_model()
    {
        using var scene = new MergeScene(
            ("base", TwoLayers(0, 0)), ("one", TwoLayers(1, -2)), ("two", TwoLayers(-2, -1)));
        var merged = scene.Merge($"{{merge_method: ties, {Models}, parameters: {{lines_alpha: auto, lines_beta: 0.5}}}}");
        const double alpha = 4 / 3.5 / 2;
        Near.Equal([-2 * alpha, -1.5 * alpha], merged[Names.Norm(0)]);
        Near.Equal([-2 * (alpha + .5), -1.5 * (alpha + .5)], merged[Names.Norm(1)]);

        static TinyModel TwoLayers(float x, float y) => new TinyModel().Set("num_hidden_layers", 2)
            .With(Names.Norm(0), [2], [x, y]).With(Names.Norm(1), [2], [x, y]);
    }

    [Fact]
    public void Models_equal_to_the_base_give_the_base_with_automatic_alpha()
    {
        using var scene = new MergeScene(("base", LayeredModel.Of(2, 1)), ("one", LayeredModel.Of(2, 1)), ("two", LayeredModel.Of(2, 1)));
        Near.Equal([2, 2], scene.Merge(Recipe("lines_alpha: auto, lines_beta: 1"))[Names.Norm(1)]);
    }

    public static TheoryData<string> Methods => [.. LargeScene.Methods.Where(method => method.Needs.NeedsBase).Select(method => method.Name)];

    /// <summary>A factor of ½ everywhere gives the mean of the base and of what the method gives alone.</summary>
    [Theory, MemberData(nameof(Methods))]
    public void It_composes_with_every_method_that_has_a_base(string method)
    {
        using var scene = LargeScene.Create(ElementType.F32);
        var alone = scene.Merge(LargeScene.Recipe(method));
        var recipe = LargeScene.Recipe(method).Replace("], parameters: {", "], parameters: {lines_alpha: 0.5, ", StringComparison.Ordinal).Replace(", }", "}", StringComparison.Ordinal);
        var @base = scene.Merge("{merge_method: passthrough, models: [{model: base}]}");
        foreach (var (name, values) in scene.Merge(recipe, workers: 2))
            Near.Equal([.. alone[name].Zip(@base[name], (merged, start) => (start + (double)merged) / 2)], values, 1e-6);
    }

    /// <summary>A module that only the models have is averaged: there is no task vector of it that could be scaled, and none that counts in the norms.</summary>
    [Theory]
    [InlineData("0.5")]
    [InlineData("auto")]
    public void Modules_that_the_base_lacks_stay_as_they_are_merged(string alpha)
    {
        using var scene = new MergeScene(("base", Policy(0, null)), ("one", Policy(1, 1)), ("two", Policy(3, 3)));
        var merged = scene.Merge($"{{merge_method: mergevla, {Models}, parameters: {{lines_alpha: {alpha}}}}}");
        Near.Equal([2, 2], merged["action_queries.weight"]);
        Near.Equal([2, 2], merged[Names.Norm(0)]); // (1 + 3) / 2, also where alpha is 1/N

        static TinyModel Policy(float norm, float? queries)
        {
            var model = TinyModel.OfVector(norm, norm);
            return queries is { } value ? model.With("action_queries.weight", [2], [value, value]) : model;
        }
    }

    [Fact]
    public void Not_named_it_is_no_part_of_the_identity()
    {
        using var scene = Layers(2);
        var plain = scene.Plan(Recipe("")).ContentId;
        var modified = scene.Plan(Recipe("lines_alpha: 0.2, lines_beta: 0.8"));
        Assert.NotEqual(plain, modified.ContentId);
        Assert.NotEqual(plain, scene.Plan(Recipe("lines_alpha: 1")).ContentId);
        Assert.NotEqual(modified.ContentId, scene.Plan(Recipe("lines_alpha: 0.2, lines_beta: 0.9")).ContentId);
        Assert.Equal(modified.ContentId, scene.Plan(Recipe("lines_beta: 0.8, lines_alpha: 0.2, lines_gamma: 1")).ContentId);
    }

    /// <summary>With automatic alpha, what one tensor is merged with decides the factor of all.</summary>
    [Fact]
    public void Automatic_alpha_makes_every_tensors_identity_that_of_the_plan()
    {
        using var scene = Layers(2);
        var (one, other) = (Plan("lines_alpha: auto", "0.5"), Plan("lines_alpha: auto", "0.7"));
        Assert.All(one.Tensors.Zip(other.Tensors), pair => Assert.NotEqual(pair.First.ContentId, pair.Second.ContentId));
        (one, other) = (Plan("lines_alpha: 0.3", "0.5"), Plan("lines_alpha: 0.3", "0.7"));
        Assert.Contains(one.Tensors.Zip(other.Tensors), pair => pair.First.ContentId == pair.Second.ContentId);

        Merging.Planning.MergePlan Plan(string lines, string embedding) => scene.Plan(
            $"{{merge_method: task_arithmetic, base_model: base, models: [{{model: one}}], parameters: {{weight: [{{filter: embed, value: {embedding}}}, {{value: 1}}], {lines}}}}}");
    }

    [Fact]
    public void A_method_without_base_is_refused()
    {
        using var scene = Layers(2);
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan("{merge_method: linear, models: [{model: one}], parameters: {weight: 1, lines_alpha: 0.5}}"));
        Assert.Contains("'lines_...'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("linear", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lines_alpha: -0.5")]
    [InlineData("lines_alpha: automatic")]
    [InlineData("lines_head: top")]
    [InlineData("lines_gamma: 0")]
    public void Values_out_of_range_are_refused(string parameter)
    {
        using var scene = Layers(2);
        Assert.Throws<RecipeException>(() => scene.Plan(Recipe(parameter)));
    }

    [Fact]
    public void A_parent_with_NaN_is_named_with_its_tensor()
    {
        using var scene = new MergeScene(
            ("base", LayeredModel.Of(2, 0)), ("one", LayeredModel.Of(2, 1)), ("two", Spoilt()));
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.Merge(Recipe("lines_alpha: auto")));
        Assert.Equal(Names.Norm(1), failure.Tensor);

        static TinyModel Spoilt() => new TinyModel().Set("num_hidden_layers", 2)
            .With(Names.Embedding, [3, 2], new float[6]).With(Names.FinalNorm, [2], [1, 1])
            .With(Names.Query(0), [2, 2], new float[4]).With(Names.Up(0), [4, 2], new float[8]).With(Names.Norm(0), [2], [1, 1])
            .With(Names.Query(1), [2, 2], new float[4]).With(Names.Up(1), [4, 2], new float[8]).With(Names.Norm(1), [2], [1, float.NaN]);
    }

    private static string Recipe(string parameters) => string.Create(
        CultureInfo.InvariantCulture, $"{{merge_method: task_arithmetic, {Models}, parameters: {{{parameters}}}}}");

    /// <summary>A base of zeros and two models of ones.</summary>
    private static MergeScene Layers(int count, bool tied = true) => new(
        ("base", LayeredModel.Constant(count, 0, tied)), ("one", LayeredModel.Constant(count, 1, tied)), ("two", LayeredModel.Constant(count, 1, tied)));
}
