using Evo.Merging.Recipes;

namespace Evo.Merging.Tests.Recipes;

/// <summary>The section <c>calibration:</c>, which mergekit does not know.</summary>
public sealed class CalibrationSectionTests
{
    private const string Recipe = "{merge_method: linear, models: [{model: a, parameters: {weight: 1}}]";

    [Fact]
    public void A_file_alone_is_for_all_models_and_leaves_the_standards()
    {
        var read = Read(", calibration: {texts: texts.jsonl}}").Calibration!;

        Assert.Equal("texts.jsonl", read.TextsOf("anything"));
        Assert.Equal((128, 512, 65_536, false), (read.Samples, read.SequenceLength, read.Tokens, read.FisherOfText));
        Assert.Null(read.Cache);
    }

    [Fact]
    public void Models_may_have_texts_of_their_own()
    {
        var read = Read(", calibration: {texts: {default: all.txt, experts/math: sums.yaml}, optimizer_states: {a: adam.safetensors}}}").Calibration!;

        Assert.Equal("sums.yaml", read.TextsOf("experts/math"));
        Assert.Equal("all.txt", read.TextsOf("a"));
        Assert.Equal("adam.safetensors", read.OptimizerStateOf("a"));
        Assert.Null(read.OptimizerStateOf("experts/math"));
    }

    [Fact]
    public void What_is_written_reads_back_and_nothing_is_written_without_the_section()
    {
        var recipe = Read(
            ", calibration: {texts: {a: 'x: y.txt'}, samples: 7, sequence_length: 64, tokens: 900, fisher_labels: text, optimizer_states: {a: s}, cache: there}}");
        var again = RecipeReader.Read(RecipeWriter.ToYaml(recipe), "again").Calibration!;

        Assert.Equal(recipe.Calibration! with { Texts = [], OptimizerStates = [] }, again with { Texts = [], OptimizerStates = [] });
        Assert.Equal(recipe.Calibration.Texts.ToArray(), again.Texts.ToArray());
        Assert.Equal(recipe.Calibration.OptimizerStates.ToArray(), again.OptimizerStates.ToArray());
        Assert.DoesNotContain("calibration", RecipeWriter.ToYaml(Read("}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{samples: 3}", "needs 'texts'")]
    [InlineData("{texts: a.txt, sample: 3}", "did you mean 'samples'")]
    [InlineData("{texts: a.txt, samples: 0}", "'samples' must lie in [1,")]
    [InlineData("{texts: a.txt, sequence_length: 1}", "'sequence_length' must lie in [2,")]
    [InlineData("{texts: a.txt, fisher_labels: none}", "'fisher_labels' is 'model'")]
    [InlineData("{texts: [a.txt]}", "'texts' must be a mapping")]
    [InlineData("here.txt", "'calibration' must be a mapping")]
    public void What_cannot_be_carried_out_is_refused_with_its_place(string section, string words)
    {
        var refusal = Assert.Throws<RecipeException>(() => Read($", calibration: {section}}}"));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("recipe.yaml:1:", refusal.Message, StringComparison.Ordinal);
    }

    private static MergeRecipe Read(string rest) => RecipeReader.Read(Recipe + rest, "recipe.yaml");
}
