using Evo.Merging;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Search.Spaces;

namespace Evo.Search.Tests.Spaces;

public sealed class GenomeCodecTests : IDisposable
{
    private const string Ties = """
        merge_method: ties
        base_model: models/base
        models:
          - {model: models/arithmetic, parameters: {weight: {search: [0, 1.5], init: 0.5}, density: {search: [0.2, 0.9]}}}
          - {model: models/sorting, parameters: {weight: {search: [0.2, 0.8]}}}
        parameters: {lambda: {search: [0.5, 1.5]}}
        dtype: float32
        """;

    private const string Choice = """
        merge_method: {choose: [ties, task_arithmetic, linear]}
        base_model: models/base
        models:
          - {model: models/arithmetic, parameters: {weight: {search: [0.1, 1]}, density: {search: [0.2, 1]}}}
          - {model: models/sorting, parameters: {weight: 0.5, density: 0.6}}
        parameters: {lambda: {search: [0.5, 1.5]}, normalize: {choose: [false, true]}}
        """;

    private readonly CodecFixture _fixture = new();

    [Fact]
    public void A_decoded_recipe_is_what_mergekit_reads()
    {
        var codec = _fixture.Codec("""
            merge_method: ties
            base_model: models/base
            parameters: {weight: {search: [0, 1], per: [model, [attention, rest], block(2)]}, normalize: true}
            models: [{model: models/arithmetic, parameters: {density: {search: [0.5, 1]}}}, {model: models/sorting}]
            """);
        var genome = new[] { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.75 };

        var recipe = codec.Decode(genome);

        Assert.Equal(
            """
            merge_method: ties
            base_model: models/base
            models:
              - model: models/arithmetic
                parameters:
                  density: 0.75
                  weight:
                    - filter: norm
                      value: [0.3, 0.3, 0.3, 0.4, 0.4]
                    - filter: self_attn
                      value: [0.1, 0.1, 0.1, 0.2, 0.2]
                    - filter: "*"
                      value: [0.3, 0.3, 0.3, 0.4, 0.4]
              - model: models/sorting
                parameters:
                  weight:
                    - filter: norm
                      value: [0.7, 0.7, 0.7, 0.8, 0.8]
                    - filter: self_attn
                      value: [0.5, 0.5, 0.5, 0.6, 0.6]
                    - filter: "*"
                      value: [0.7, 0.7, 0.7, 0.8, 0.8]
            parameters:
              normalize: true

            """,
            RecipeWriter.ToYaml(recipe));
        Assert.Equal(RecipeWriter.ToYaml(recipe), RecipeWriter.ToYaml(RecipeReader.Read(RecipeWriter.ToYaml(recipe), "recipe")));
    }

    [Fact]
    public void Units_become_genomes_and_genomes_units()
    {
        var codec = _fixture.Codec(Ties);

        Assert.Equal(["arithmetic.weight", "arithmetic.density", "sorting.weight", "lambda"], codec.Layout.Genes.Select(gene => gene.Name));
        Assert.Equal([0.75, 0.55, 0.2, 1.5], codec.FromUnit([0.5, 0.5, -1, 2]).ToArray());
        Assert.Equal([0.5, 0.5, 0, 1], codec.ToUnit([0.75, 0.55, 0.2, 1.5]).Select(unit => Math.Round(unit, 12)));
        Assert.Equal([1 / 3.0, null, null, null], codec.Variables.Select(variable => variable.Initial));
    }

    [Theory]
    [InlineData(new[] { 0.1 })]
    [InlineData(new[] { 0.1, 0.5, 0.5, double.NaN })]
    [InlineData(new[] { 0.1, 0.5, 0.5, 1.6 })]
    public void A_genome_outside_of_its_space_is_refused(double[] genome)
    {
        var codec = _fixture.Codec(Ties);
        Assert.Throws<ArgumentException>(() => codec.Decode(genome));
    }

    [Fact]
    public void Genes_without_effect_leave_no_trace()
    {
        var codec = _fixture.Codec(Choice);
        string Id(params double[] genome) => MergePlan.Create(codec.Decode(genome), _fixture.Parents).ContentId;

        // merge_method, weight, density, lambda, normalize
        Assert.Equal(["merge_method", "arithmetic.weight", "arithmetic.density", "lambda", "normalize"], codec.Layout.Genes.Select(gene => gene.Name));
        Assert.NotEqual(Id(0, 0.5, 0.4, 1, 1), Id(0, 0.5, 0.8, 1, 1));
        Assert.Equal(Id(1, 0.5, 0.4, 1, 1), Id(1, 0.5, 0.8, 1, 1));
        Assert.Equal(Id(2, 0.5, 0.4, 0.6, 1), Id(2, 0.5, 0.8, 1.4, 1));
        Assert.NotEqual(Id(2, 0.5, 0.4, 1, 0), Id(2, 0.5, 0.4, 1, 1));
    }

    [Fact]
    public void A_recipe_holds_only_what_the_chosen_method_takes()
    {
        var codec = _fixture.Codec(Choice);

        var linear = codec.Decode([2, 0.5, 0.4, 1, 1]);

        Assert.Equal("linear", linear.MergeMethod);
        Assert.Equal(["normalize"], linear.Parameters.Settings.Select(setting => setting.Key));
        Assert.All(linear.Models, model => Assert.Equal(["weight"], model.Parameters.Settings.Select(setting => setting.Key)));
        Assert.Equal(new ScalarSetting(1, IsBoolean: true), linear.Parameters.Find("normalize"));
    }

    [Fact]
    public void The_base_takes_a_weight_only_where_the_chosen_method_merges_it_like_the_others()
    {
        var codec = _fixture.Codec("""
            merge_method: {choose: [linear, ties]}
            base_model: models/base
            models: [{model: models/base}, {model: models/arithmetic}]
            parameters: {weight: {search: [0.1, 1], per: model}}
            """);

        Assert.Equal(["merge_method", "base.weight", "arithmetic.weight"], codec.Layout.Genes.Select(gene => gene.Name));
        Assert.Equal(new ScalarSetting(0.3), codec.Decode([0, 0.3, 0.7]).Models[0].Parameters.Find("weight"));
        Assert.Null(codec.Decode([1, 0.3, 0.7]).Models[0].Parameters.Find("weight"));
        Assert.Equal(new ScalarSetting(0.7), codec.Decode([1, 0.3, 0.7]).Models[1].Parameters.Find("weight"));
    }

    [Fact]
    public void Modifiers_go_with_every_chosen_method_that_has_a_base()
    {
        var codec = _fixture.Codec("""
            merge_method: {choose: [linear, ties, pcb]}
            base_model: models/base
            models: [{model: models/arithmetic}, {model: models/sorting}]
            parameters: {weight: 0.5, lines_alpha: {search: [0, 1]}}
            """);

        Assert.Equal(["merge_method", "lines_alpha"], codec.Layout.Genes.Select(gene => gene.Name));
        Assert.Null(codec.Decode([0, 0.3]).Parameters.Find("lines_alpha"));
        Assert.Equal(new ScalarSetting(0.3), codec.Decode([1, 0.3]).Parameters.Find("lines_alpha"));
        Assert.Equal(new ScalarSetting(0.3), codec.Decode([2, 0.3]).Parameters.Find("lines_alpha"));
    }

    [Fact]
    public void Equal_points_up_to_the_grid_are_one_candidate()
    {
        var codec = _fixture.Codec(Ties);
        string Id(double nudge) => MergePlan.Create(codec.Decode(codec.FromUnit([0.4 + nudge, 0.5, 0.6, 0.7]).AsSpan()), _fixture.Parents).ContentId;

        Assert.Equal(Id(0), Id(1e-6));
        Assert.NotEqual(Id(0), Id(1e-3));
    }

    [Fact]
    public void A_layer_range_may_be_searched()
    {
        var codec = _fixture.Codec("""
            merge_method: passthrough
            slices:
              - sources: [{model: models/arithmetic, layer_range: [0, {search: [1, 5]}]}]
              - sources: [{model: {choose: [models/sorting, models/base]}, layer_range: [{search: [0, 4]}, 5]}]
            """);

        Assert.Equal(["slice1.arithmetic.layer_range.end", "slice2.model1", "slice2.model1.layer_range.start"], codec.Layout.Genes.Select(gene => gene.Name));
        Assert.All(codec.Layout.Genes, gene => Assert.True(gene.Integer || gene.IsCategorical));

        var recipe = codec.Decode([2, 1, 3]);
        Assert.Equal([(0, 2), (3, 5)], recipe.Slices.Select(slice => (slice.Sources[0].FirstLayer, slice.Sources[0].EndLayer)));
        Assert.Equal("models/base", recipe.Slices[1].Sources[0].Model);
        Assert.Equal(4, MergePlan.Create(recipe, _fixture.Parents).OutputConfig["num_hidden_layers"]!.GetValue<int>());
    }

    [Fact]
    public void What_a_recipe_defines_under_keys_of_its_own_is_used_where_it_is_referred_to()
    {
        var codec = _fixture.Codec("""
            shared: &half {weight: 0.5}
            merge_method: linear
            models:
              - {model: models/arithmetic, parameters: *half}
              - {model: models/base, parameters: {weight: {search: [0, 1]}}}
            """);

        Assert.Equal([0.5, 0.25], codec.Decode([0.25]).Models.Select(model => model.Parameters.Evaluate("weight", "x", 0)!.Value));
    }

    [Fact]
    public void A_genome_that_makes_no_recipe_is_an_invalid_candidate()
    {
        var codec = _fixture.Codec("""
            merge_method: passthrough
            slices: [{sources: [{model: models/arithmetic, layer_range: [{search: [0, 4]}, {search: [1, 5]}]}]}]
            """);

        Assert.Equal(3, codec.Decode([1, 4]).Slices[0].Sources[0].LayerCount);
        var error = Assert.Throws<RecipeException>(() => codec.Decode([4, 2]));
        Assert.Contains("[4, 2] is no range", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_cannot_merge_these_models_is_no_choice()
    {
        var error = Assert.Throws<RecipeException>(() => _fixture.Codec("""
            merge_method: {choose: [ties, slerp]}
            base_model: models/base
            models: [{model: models/arithmetic}, {model: models/sorting}]
            parameters: {weight: {search: [0, 1], per: model}, t: 0.5}
            """));
        Assert.Contains("'slerp' takes exactly 1 model", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("block(6)", "there are only 5 layers")]
    [InlineData("[[attn, mlp]]", "the model has no tensors 'attn'")]
    public void Divisions_that_the_models_cannot_follow_are_refused(string per, string problem) =>
        Assert.Contains(problem, _fixture.Refusal("""
            merge_method: linear
            models: [{model: models/arithmetic, parameters: {weight: {search: [0, 1], per: PER}}}]
            """.Replace("PER", per, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Depth_over_several_slices_at_once_is_refused() =>
        Assert.Contains("put the range into each slice", _fixture.Refusal("""
            merge_method: passthrough
            slices:
              - sources: [{model: models/arithmetic, layer_range: [0, 2]}]
              - sources: [{model: models/sorting, layer_range: [2, 5]}]
            parameters: {scale: {search: [0, 1], per: layer}}
            """), StringComparison.Ordinal);

    [Fact]
    public void Depth_over_a_searched_number_of_layers_is_refused() =>
        Assert.Contains("use knots(n)", _fixture.Refusal("""
            merge_method: passthrough
            slices: [{sources: [{model: models/arithmetic, layer_range: [0, {search: [2, 5]}], parameters: {scale: {search: [0, 1], per: layer}}}]}]
            """), StringComparison.Ordinal);

    [Fact]
    public void Layers_that_a_model_does_not_have_are_refused() =>
        Assert.Contains("'models/arithmetic' has 5 layers", _fixture.Refusal("""
            merge_method: passthrough
            slices: [{sources: [{model: models/arithmetic, layer_range: [0, {search: [2, 6]}]}]}]
            """), StringComparison.Ordinal);

    [Fact]
    public void A_space_with_too_many_genes_is_refused()
    {
        using var deep = new CodecFixture(layers: 400);
        Assert.Contains("more than 10000 genes", deep.Refusal("""
            merge_method: ties
            base_model: models/base
            models: [{model: models/arithmetic}, {model: models/sorting}]
            parameters:
              weight: {search: [0, 1], per: [model, part, layer]}
              density: {search: [0, 1], per: [model, part, layer]}
            """), StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();
}
