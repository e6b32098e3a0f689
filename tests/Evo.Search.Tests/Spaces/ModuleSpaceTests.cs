using Evo.Merging.Recipes;

namespace Evo.Search.Tests.Spaces;

/// <summary>Ranges inside <c>modules:</c>.</summary>
public sealed class ModuleSpaceTests : IDisposable
{
    private readonly CodecFixture _fixture = new(layers: 3);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Ranges_of_the_language_model_have_every_axis()
    {
        var codec = _fixture.Codec("""
            merge_method: task_arithmetic
            base_model: models/base
            modules:
              text_decoder:
                parameters: {weight: {search: [0, 1], per: [model, layer]}}
                models: [{model: models/arithmetic}, {model: models/sorting, parameters: {weight: {search: [0, 2]}}}]
            """);
        Assert.Equal(
            ["arithmetic.weight[layer0]", "arithmetic.weight[layer1]", "arithmetic.weight[layer2]", "sorting.weight"],
            codec.Layout.Genes.Select(gene => gene.Name.Replace("text_decoder.", "", StringComparison.Ordinal)));

        var recipe = codec.Decode([0.1, 0.2, 0.3, 1.5]);

        var module = Assert.Single(recipe.Modules);
        Assert.Equal(new GradientSetting([0.1, 0.2, 0.3]), module.Models[0].Parameters.Find("weight"));
        Assert.Equal(new ScalarSetting(1.5), module.Models[1].Parameters.Find("weight"));
        Assert.NotEmpty(_fixture.Plan(codec, [0.1, 0.2, 0.3, 1.5]).Tensors);
        Assert.Equal(RecipeWriter.ToYaml(recipe), RecipeWriter.ToYaml(RecipeReader.Read(RecipeWriter.ToYaml(recipe), "recipe")));
    }

    [Fact]
    public void Towers_have_other_layers_than_the_genes_count() => Assert.Contains("layer", _fixture.Refusal("""
        merge_method: task_arithmetic
        base_model: models/base
        modules:
          text_decoder: {models: [{model: models/arithmetic}], parameters: {weight: 1}}
          vision_tower: {models: [{model: models/arithmetic, parameters: {weight: {search: [0, 1], per: layer}}}]}
        """), StringComparison.Ordinal);
}
