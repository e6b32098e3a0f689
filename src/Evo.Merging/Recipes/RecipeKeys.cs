using System.Collections.Frozen;

namespace Evo.Merging.Recipes;

/// <summary>The keys of mergekit's grammar: those that are carried out, and those that are known but refused with a reason.</summary>
internal static class RecipeKeys
{
    /// <summary>YAML's merge key: its mapping's entries count as written here.</summary>
    public const string Merge = "<<";

    public static readonly string[] Document =
    [
        "name", "merge_method", "base_model", "models", "slices", "modules", "parameters", "dtype", "out_dtype", "tokenizer_source", "tokenizer",
        "chat_template", "calibration",
    ];

    /// <summary>The ways to say what goes into the result, of which a recipe has one.</summary>
    public static readonly string[] Inputs = ["models", "slices", "modules"];

    public static readonly string[] Model = ["model", "parameters"];

    public static readonly string[] Slice = ["sources", "base_model", "parameters"];

    public static readonly string[] Source = ["model", "layer_range", "parameters"];

    public static readonly string[] Module = ["models", "slices", "parameters"];

    public static readonly string[] Condition = ["filter", "value"];

    public static readonly string[] Tokenizer = ["source", "tokens", "pad_to_multiple_of"];

    public static readonly string[] Token = ["source", "force"];

    public static readonly string[] ModelToken = ["kind", "model", "token", "token_id"];

    public static readonly string[] Zero = ["kind"];

    public static readonly string[] Reference = ["model", "lora", "override_architecture"];

    public static readonly string[] Path = ["path", "revision"];

    /// <summary>Parameters of old mergekit releases that today's reads and ignores; accepted, because recipes with them are about.</summary>
    public static readonly FrozenSet<string> LegacyParameters = new[] { "embed_slerp" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Known, not carried out: refused, because leaving them out would change the result or the impression of it.</summary>
    public static readonly FrozenDictionary<string, string> Refused = new Dictionary<string, string>
    {
        ["residual_weight"] = "mergekit reads this key and does nothing with it, so there is nothing to carry out; leave it out",
        ["override_architecture"] = "tensor names decide here what a model is made of; leave it out",
        ["input_model_parameters"] = "give each model's own 'parameters' under 'models' or 'sources'",
    }.ToFrozenDictionary();
}
