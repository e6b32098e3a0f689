namespace Evo.Merging.Planning;

/// <summary>What two models must have in common beyond equal shapes, checked before any tensor is touched.</summary>
internal static class ParentCompatibility
{
    /// <summary>Settings that change what a tensor of the same shape means (8 heads of 64 and 16 of 32 have equal matrices).</summary>
    private static readonly string[] SameInBoth =
        ["hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "hidden_act", "n_head", "n_embd", "activation_function"];

    /// <exception cref="RecipeException">They cannot be merged; the message names both, the difference and the way out.</exception>
    public static void Require(ParentIndex donor, ParentIndex other)
    {
        var (first, second) = (donor.Folder.Config, other.Folder.Config);
        if (first.ModelType != second.ModelType)
            throw new RecipeException($"'{donor.Name}' is a {first.ModelType} model and '{other.Name}' a {second.ModelType} model: "
                + "their tensors do not correspond; merge models of one architecture");
        foreach (var key in SameInBoth)
            if (first.Json[key]?.ToJsonString() is { } here && second.Json[key]?.ToJsonString() is { } there && here != there)
                throw new RecipeException($"'{key}' is {here} in '{donor.Name}' and {there} in '{other.Name}': "
                    + "their tensors do not mean the same; merge models fine-tuned from one base");
        RequireVocabulary(donor, other);
    }

    private static void RequireVocabulary(ParentIndex donor, ParentIndex other)
    {
        if (donor.Embedding is { } here && other.Embedding is { } there && here.Info.Shape[0] != there.Info.Shape[0])
            throw new RecipeException($"the vocabulary of '{donor.Name}' has {here.Info.Shape[0]} rows and that of '{other.Name}' "
                + $"{there.Info.Shape[0]} ({here.Info.Name}): merging tokenizers is not supported yet; resize the embedding of '{other.Name}' to "
                + $"{here.Info.Shape[0]} rows and give it the tokenizer of '{donor.Name}'");
        if (donor.Vocabulary.Value is not { } ours || other.Vocabulary.Value is not { } theirs || ours.DifferenceFrom(theirs) is not { } difference)
            return;
        throw new RecipeException($"the tokenizers of '{donor.Name}' and '{other.Name}' number their tokens differently ({difference}), so rows of their "
            + $"embeddings do not correspond: merging tokenizers is not supported yet; merge models of one tokenizer, or, if the rows of '{other.Name}' "
            + $"are in the order of '{donor.Name}', give it that tokenizer.json");
    }
}
