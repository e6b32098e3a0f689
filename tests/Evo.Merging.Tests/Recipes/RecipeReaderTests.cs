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
    [InlineData("merge_method: linear\nmodelz: []", "2:1: unknown key 'modelz' in the recipe; did you mean 'models'?")]
    [InlineData("merge_method: linaer\nmodels: [{model: a}]", "1:15: unknown method 'linaer'; did you mean 'linear'?")]
    [InlineData("models: [{model: a}]", "'merge_method' is missing")]
    [InlineData("merge_method: linear", "1:1: exactly one of 'models', 'slices' and 'modules'")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nslices: [{sources: [{model: a, layer_range: [0, 1]}]}]", "1:1: exactly one of 'models', 'slices' and 'modules'")]
    [InlineData("merge_method: linear\nmodels: []", "2:9: 'models' must be a list with at least one entry")]
    [InlineData("merge_method: linear\nmodels: a", "2:9: 'models' must be a list")]
    [InlineData("merge_method: linear\nmodels: [{model: a, wieght: 1}]", "2:21: unknown key 'wieght' in an entry of 'models'")]
    [InlineData("merge_method: linear\nmodels: [{parameters: {weight: 1}}]", "2:10: 'model' is missing")]
    [InlineData("merge_method: linear\nmodels: [{model: a}, {model: a}]", "2:22: the model 'a' is listed twice")]
    [InlineData("merge_method: linear\nmodels: [{model: a+b+c}]", "2:18: 'a+b+c' has more than one '+'")]
    [InlineData("merge_method: linear\nmodels: [{model: a@b@c}]", "2:18: 'a@b@c' has more than one '@'")]
    [InlineData("merge_method: linear\nmodels: [{model: a+}]", "2:18: 'a+' lacks a path, an adapter or a revision")]
    [InlineData("merge_method: linear\nmodels: [{model: {lora: b}}]", "2:18: 'model' is missing")]
    [InlineData("merge_method: linear\nmodels: [{model: {model: {path: a+b}}}]", "2:33: 'a+b': a path with '+'")]
    [InlineData("merge_method: linear\nmodels: [{model: {model: a, override_architecture: X}}]", "2:52: 'override_architecture': tensor names decide")]
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
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer_source: base\ntokenizer: {source: union}", "4:12: 'tokenizer' and 'tokenizer_source' exclude each other")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: union", "3:12: 'tokenizer' must be a mapping")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {sauce: union}", "3:13: unknown key 'sauce' in 'tokenizer'; did you mean 'source'?")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {tokens: {x: {force: true}}}", "3:33: 'force' for 'x' needs a 'source'")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {tokens: {x: {source: b}}}", "3:22: the row of 'x' comes from 'b', which is not one of the merged models")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {tokens: {x: {source: {kind: zeros}}}}", "3:41: unknown kind 'zeros' of a token's row; did you mean 'zero'?")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {tokens: {x: {source: {kind: zero, model: a}}}}", "3:47: unknown key 'model' in a zero row")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {tokens: {x: {source: {kind: model_token, model: a}}}}", "3:34: a model's token is named by exactly one of 'token' and 'token_id'")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {tokens: {x: {source: {kind: model_token, model: a, token_id: -1}}}}", "3:74: 'token_id' must be 0 or more")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\ntokenizer: {pad_to_multiple_of: 1000000000}", "3:33: 'pad_to_multiple_of' must lie between 1 and 65536")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\nchat_template: chatlm", "3:16: 'chat_template: chatlm' is neither 'auto', nor a known template, nor a Jinja template; did you mean 'chatml'?")]
    [InlineData("merge_method: linear\nmodules: {text: {}}", "2:11: the module 'text' needs exactly one of 'models' and 'slices'")]
    [InlineData("merge_method: linear\nmodules: {}", "2:10: 'modules' must name at least one module")]
    [InlineData("merge_method: linear\nmodules: {text: {models: [{model: a}], base_model: a}}", "2:40: unknown key 'base_model' in the module 'text'")]
    [InlineData("merge_method: linear\ninput_model_parameters: {}\nmodels: [{model: a}]", "2:1: 'input_model_parameters': give each model's own")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a}]}]", "2:21: 'layer_range' is missing")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [3]}]}]", "2:45: 'layer_range' must be two whole numbers")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [3, 2]}]}]", "2:45: 'layer_range' [3, 2] is no range")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [3, 3]}]}]", "2:9: no slice has a layer")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [-1, 3]}]}]", "2:45: 'layer_range' [-1, 3] is no range")]
    [InlineData("merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [0.5, 3]}]}]", "2:46: 'layer_range' must be a whole number")]
    [InlineData("merge_method: linear\nslices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 3]}]}]", "2:78: all sources of a slice need equally many layers: 2 and 3")]
    [InlineData("merge_method: linear\nslices: [{residual_weight: 1, sources: [{model: a, layer_range: [0, 2]}]}]", "2:11: 'residual_weight'")]
    [InlineData("merge_method: linear\nmodels: [{model: a}]\n---\nmerge_method: linear\n", "4:1: exactly one of")]
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
