using Evo.Checkpoints.Models;
using Evo.Merging.Recipes;
using Evo.Search.Export;
using Evo.Search.Loop;

namespace Evo.Search.Tests.Workshop;

/// <summary>A search whose candidates have a vocabulary of their own: scored with its tokenizer, and exported with it.</summary>
public sealed class VocabularySearchTests : IDisposable
{
    private readonly FamilySpace _family = new(
        generations: 1, "tokenizer: {source: union, pad_to_multiple_of: 64, tokens: {extra: {source: {kind: model_token, model: models/base, token: '<|im_end|>'}}}}");

    public void Dispose() => _family.Dispose();

    [Fact]
    public async Task Candidates_are_scored_and_exported_with_the_merged_vocabulary()
    {
        var result = await _family.RunAsync("run");
        Assert.Equal(SearchEnd.Finished, result.End);
        Assert.True(result.Front!.Members.Max(member => member.Objectives["addition"].Value) > 0.3, "the merged tokenizer reads and writes as the models' own");

        var export = await CandidateExporter.ExportAsync(_family["run"], result.Front.Members[0].Id, _family["out"]);

        using var written = ModelFolder.Open(export.Folder);
        Assert.Equal(704, written.Config.VocabSize); // 641 tokens, filled up
        Assert.Equal(704, written.Find("model.embed_tokens.weight")!.Shape[0]);
        Assert.Contains("\"extra\"", File.ReadAllText(Path.Combine(export.Folder, "tokenizer.json")), StringComparison.Ordinal);
        var recipe = RecipeReader.Read(File.ReadAllText(Path.Combine(export.Folder, "mergekit_config.yml")), "recipe");
        Assert.Equal((TokenizerRecipe.Union, 64), (recipe.Tokenizer!.Source, recipe.Tokenizer.PadToMultipleOf!.Value));
    }
}
