using System.Globalization;
using System.Text.RegularExpressions;
using Evo.Merging.Recipes;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Merging.Tests.Recipes;

/// <summary>What is written is read back as it was, by this reader and by YAML 1.1 parsers such as mergekit's.</summary>
public sealed partial class RecipeWriterTests
{
    [Fact]
    public void Writes_models_as_mergekit_does()
    {
        const string text = """
            merge_method: ties
            base_model: models/base
            models:
              - model: models/math
                parameters:
                  weight: 0.5
                  density: [0.2, 1.0]
              - model: models/code
                parameters:
                  weight:
                    - filter: mlp
                      value: [0.0, 0.15]
                    - value: 1.0e-05
            parameters:
              normalize: true
              lambda: 1.0
            dtype: bfloat16
            tokenizer_source: base

            """;
        Assert.Equal(text, RecipeWriter.ToYaml(RecipeReader.Read(text, "text")));
    }

    [Fact]
    public void Writes_slices_as_mergekit_does()
    {
        const string text = """
            merge_method: slerp
            base_model: a
            slices:
              - sources:
                  - model: a
                    layer_range: [0, 4]
                    parameters:
                      scale: 2.0
                  - model: b
                    layer_range: [2, 6]
                base_model: b
                parameters:
                  t: 0.5
            out_dtype: float16
            chat_template: "{{ messages }}\n\"x\""

            """;
        Assert.Equal(text, RecipeWriter.ToYaml(RecipeReader.Read(text, "text")));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("1e3")]
    [InlineData("a: b")]
    [InlineData("- a")]
    [InlineData("#a")]
    [InlineData("/models/with spaces/ünïcödé")]
    [InlineData("null")]
    [InlineData("a\\b\"c")]
    [InlineData("../x")]
    public void Names_that_yaml_would_take_for_something_else_are_quoted(string name)
    {
        var recipe = new MergeRecipe { MergeMethod = "linear", Models = [new RecipeModel(name, RecipeParameters.None)] };
        Assert.Equal(name, RecipeReader.Read(RecipeWriter.ToYaml(recipe), "text").Models[0].Model);
    }

    [Fact]
    public void Every_number_keeps_its_bits_and_is_a_float_to_yaml_1_1() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat>(), number =>
        {
            var text = RecipeWriter.Number(number.Get);
            return YamlFloat().IsMatch(text) && double.Parse(text, CultureInfo.InvariantCulture).Equals(number.Get);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Random_parameters_survive_the_round_trip() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat[]>(), ArbMap.Default.ArbFor<bool>(), (numbers, filtered) =>
        {
            if (numbers.Length == 0)
                return;
            var knots = numbers.Select(number => number.Get).ToArray();
            ParameterSetting setting = filtered
                ? new ConditionalSetting([new("mlp.down_proj", new GradientSetting([.. knots])), new("*", new ScalarSetting(knots[0])), new(null, new ScalarSetting(1, true))])
                : new GradientSetting([.. knots]);
            var recipe = new MergeRecipe
            {
                MergeMethod = "ties",
                BaseModel = "b",
                Models = [new RecipeModel("m", new RecipeParameters([new("weight", setting)]))],
                Parameters = new RecipeParameters([new("lambda", new ScalarSetting(knots[^1]))]),
            };
            var read = RecipeReader.Read(RecipeWriter.ToYaml(recipe), "text");
            Assert.Equal(recipe.Models[0], read.Models[0]);
            Assert.Equal(recipe.Parameters, read.Parameters);
        }).QuickCheckThrowOnFailure();

    /// <summary>PyYAML's pattern of a float.</summary>
    [GeneratedRegex(@"^[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?$")]
    private static partial Regex YamlFloat();
}
