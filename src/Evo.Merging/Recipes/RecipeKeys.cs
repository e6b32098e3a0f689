using System.Collections.Frozen;

namespace Evo.Merging.Recipes;

/// <summary>The keys of mergekit's grammar: those that are carried out, and those that are known but refused with a reason.</summary>
internal static class RecipeKeys
{
    public static readonly string[] Document =
    [
        "merge_method", "base_model", "models", "slices", "parameters", "dtype", "out_dtype", "tokenizer_source", "chat_template",
    ];

    public static readonly string[] Model = ["model", "parameters"];

    public static readonly string[] Slice = ["sources", "base_model", "parameters"];

    public static readonly string[] Source = ["model", "layer_range", "parameters"];

    public static readonly string[] Condition = ["filter", "value"];

    /// <summary>Known to mergekit, not carried out here: refused, because leaving them out would change the result.</summary>
    public static readonly FrozenDictionary<string, string> NotBuilt = new Dictionary<string, string>
    {
        ["modules"] = "merging several modules of a multimodal model is not supported yet; merge its language model with 'models' or 'slices'",
        ["tokenizer"] = "building a tokenizer (union, added tokens) is not supported yet; use 'tokenizer_source: base'",
        ["residual_weight"] = "residual weights of slices are not supported",
        ["name"] = "multi-stage recipes (several named merges) are not supported yet; write one recipe a file",
        ["<<"] = "YAML merge keys are not supported; write the keys out",
    }.ToFrozenDictionary();
}
