using Evo.Merging.Recipes;
using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Tests.Recipes;

/// <summary>What the grammar means, and where and how it refuses.</summary>
public sealed class RecipeReaderTests
{
    [Fact]
    public void Reads_models_with_every_form_of_parameter()
    {
        var recipe = Read("""
            merge_method: ties
            base_model: models/base
            models:
              - model: models/base
              - model: models/math
                parameters:
                  weight: 0.5
                  density: [0.2, 1]
              - model: models/code
                parameters:
                  weight:
                    - filter: mlp
                      value: [0, 1.5e-1]
                    - value: .25
            parameters:
              normalize: True
              int8_mask: false
              lambda: 1
            dtype: bfloat16
            out_dtype: torch.float16
            tokenizer_source: base
            """);
        Assert.Equal(("ties", "models/base", "bfloat16", "float16", "base"), (recipe.MergeMethod, recipe.BaseModel, recipe.Dtype, recipe.OutDtype, recipe.TokenizerSource));
        Assert.Equal(["models/base", "models/math", "models/code"], recipe.ReferencedModels.AsEnumerable());
        Assert.True(recipe.Models[0].Parameters.IsEmpty);
        Assert.Equal(new ScalarSetting(0.5), recipe.Models[1].Parameters.Find("weight"));
        Assert.Equal(new GradientSetting([0.2, 1]), recipe.Models[1].Parameters.Find("density"));
        Assert.Equal(
            new ConditionalSetting([new("mlp", new GradientSetting([0, 0.15])), new(null, new ScalarSetting(0.25))]),
            recipe.Models[2].Parameters.Find("weight"));
        Assert.Equal(new ScalarSetting(1, IsBoolean: true), recipe.Parameters.Find("normalize"));
        Assert.Equal(new ScalarSetting(0, IsBoolean: true), recipe.Parameters.Find("int8_mask"));
        Assert.Equal(new ScalarSetting(1), recipe.Parameters.Find("lambda"));
    }

    [Fact]
    public void Reads_slices()
    {
        var recipe = Read("""
            merge_method: passthrough
            slices:
              - sources: [{model: a, layer_range: [0, 4], parameters: {scale: 2}}]
              - sources:
                  - model: b
                    layer_range: [2, 4]
                parameters: {scale: 0.5}
            """);
        Assert.Equal(2, recipe.Slices.Length);
        Assert.Equal(("a", 0, 4), (recipe.Slices[0].Sources[0].Model, recipe.Slices[0].Sources[0].FirstLayer, recipe.Slices[0].Sources[0].EndLayer));
        Assert.Equal(new ScalarSetting(2), recipe.Slices[0].Sources[0].Parameters.Find("scale"));
        Assert.Equal(new ScalarSetting(0.5), recipe.Slices[1].Parameters.Find("scale"));
        Assert.Equal(["a", "b"], recipe.ReferencedModels.AsEnumerable());
    }

    [Fact]
    public void Reads_a_node_of_another_document_with_its_positions()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader("recipe:\n  merge_method: linear\n  models: [{model: a}]\n  colour: red\n"));
        var node = ((YamlMappingNode)stream.Documents[0].RootNode).Children[new YamlScalarNode("recipe")];
        Assert.StartsWith("space.yaml:4:3: unknown key 'colour'", Assert.Throws<RecipeException>(() => RecipeReader.Read(node, "space.yaml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_nodes_made_in_memory()
    {
        var node = new YamlMappingNode(
            "merge_method", "linear", "models", new YamlSequenceNode(new YamlMappingNode("model", "a", "parameters", new YamlMappingNode("weight", "0.25"))));
        Assert.Equal(new ScalarSetting(0.25), RecipeReader.Read(node, "genome").Models[0].Parameters.Find("weight"));
    }

    [Theory]
    [InlineData("merge_method: linear\nmodles: []", "2:1: unknown key 'modles' in the recipe; did you mean 'models'?")]
    [InlineData("merge_method: linaer\nmodels: [{model: a}]", "1:15: unknown method 'linaer'; did you mean 'linear'?")]
    [InlineData("merge_method: della\nmodels: [{model: a}]", "1:15: the method 'della' is known but not built yet")]
    [InlineData("models: [{model: a}]", "'merge_method' is missing")]
    [InlineData("merge_method: linear", "exactly one of 'models' and 'slices'")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nslices: [{sources: [{model: a, layer_range: [0, 1]}]}]", "exactly one of 'models' and 'slices'")]
    [InlineData("merge_method: linear\nmodels: []", "2:9: 'models' must be a list with at least one entry")]
    [InlineData("merge_method: linear\nmodels: a", "2:9: 'models' must be a list")]
    [InlineData("merge_method: linear\nmodels: [{model: a, wieght: 1}]", "2:21: unknown key 'wieght' in an entry of 'models'")]
    [InlineData("merge_method: linear\nmodels: [{parameters: {weight: 1}}]", "2:10: 'model' is missing")]
    [InlineData("merge_method: linear\nmodels: [{model: a}, {model: a}]", "2:22: the model 'a' is listed twice")]
    [InlineData("merge_method: linear\nmodels: [{model: a+lora}]", "2:18: 'a+lora': adapters")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {wieght: 1}}]", "2:34: unknown parameter 'wieght'; did you mean 'weight'?")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: heavy}}]", "2:42: 'weight' must be a finite number")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: .nan}}]", "2:42: 'weight' must be a finite number")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: 1e999}}]", "2:42: 'weight' must be a finite number")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: []}}]", "2:42: 'weight' must be a list with at least one entry")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: [1, x]}}]", "2:46: a value of 'weight' must be a finite number")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: [{filter: mlp}]}}]", "2:43: a condition of 'weight' needs a 'value'")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: [{filtre: mlp, value: 1}]}}]", "2:44: unknown key 'filtre'")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {weight: [{value: [[1]]}]}}]", "2:52: a value of 'weight' must be a finite number")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ndtype: int8", "3:8: 'dtype: int8' is not supported; there are float32, bfloat16 and float16")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer_source: union", "3:19: 'tokenizer_source': only 'base' is supported yet")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {source: union}", "3:1: 'tokenizer': building a tokenizer")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nchat_template: chatml", "3:16: 'chat_template: chatml': only a Jinja template itself")]
    [InlineData("merge_method: linear\nmodules: {text: {}}", "2:1: 'modules': merging several modules")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a}]}]", "2:21: 'layer_range' is missing")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [3]}]}]", "2:45: 'layer_range' must be two whole numbers")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [3, 3]}]}]", "2:45: 'layer_range' [3, 3] holds no layer")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [-1, 3]}]}]", "2:45: 'layer_range' [-1, 3] holds no layer")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [0.5, 3]}]}]", "2:46: 'layer_range' must be a whole number")]
    [InlineData("merge_method: linear\nslices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 3]}]}]", "2:78: all sources of a slice need equally many layers: 2 and 3")]
    [InlineData("merge_method: linear\nslices: [{residual_weight: 1, sources: [{model: a, layer_range: [0, 2]}]}]", "2:11: 'residual_weight'")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\n---\nmerge_method: linear\n", "3:1: the file holds several documents")]
    [InlineData("merge_method: linear\nmodels: [{model: a}", "this is not valid YAML")]
    [InlineData("merge_method: linear\nmerge_method: ties", "this is not valid YAML")]
    [InlineData("just words", "1:1: the recipe must be a mapping")]
    [InlineData("", "1:1: the document is empty")]
    public void Refuses_with_place_and_reason(string yaml, string message)
    {
        var refusal = Assert.Throws<RecipeException>(() => Read(yaml)).Message;
        Assert.StartsWith("recipe.yaml:", refusal, StringComparison.Ordinal);
        Assert.Contains(message, refusal, StringComparison.Ordinal);
    }

    private static MergeRecipe Read(string yaml) => RecipeReader.Read(yaml, "recipe.yaml");
}
