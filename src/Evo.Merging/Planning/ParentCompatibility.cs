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
        if (Difference(donor, other) is { } difference)
            throw new RecipeException(difference);
    }

    /// <summary>A sentence on the first difference, or null when the two can be merged tensor by tensor.</summary>
    public static string? Difference(ParentIndex donor, ParentIndex other)
    {
        var (first, second) = (donor.Folder.Config, other.Folder.Config);
        if (first.ModelType != second.ModelType)
            return $"'{donor.Name}' is a {first.ModelType} model and '{other.Name}' a {second.ModelType} model: "
                + "their tensors do not correspond; merge models of one architecture";
        foreach (var key in SameInBoth)
            if (first.Json[key]?.ToJsonString() is { } here && second.Json[key]?.ToJsonString() is { } there && here != there)
                return $"'{key}' is {here} in '{donor.Name}' and {there} in '{other.Name}': "
                    + "their tensors do not mean the same; merge models fine-tuned from one base";
        return null;
    }
}
