using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>
/// The section <c>calibration:</c> of a recipe, Evo's extension of the grammar: on which text models are looked at for methods that need statistics of
/// activations or gradients. Paths are relative to the recipe's folder.
/// </summary>
public sealed record CalibrationRecipe
{
    /// <summary>The key under <c>texts:</c> for models that have no file of their own.</summary>
    public const string Default = "default";

    /// <summary>Files of text by model, or by <see cref="Default"/>: .jsonl (one {"text": ...} a line), .txt (texts parted by blank lines), a task's .yaml.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Texts { get; init; } = [];

    /// <summary>Most sequences of a model.</summary>
    public int Samples { get; init; } = 128;

    /// <summary>Tokens of a sequence; longer texts are cut into several.</summary>
    public int SequenceLength { get; init; } = 512;

    /// <summary>Most tokens of a model.</summary>
    public int Tokens { get; init; } = 65_536;

    /// <summary>
    /// Whose next tokens the Fisher information is of: drawn from the model (<c>model</c>, the default), or the text's own (<c>text</c>, the empirical Fisher).
    /// </summary>
    public bool FisherOfText { get; init; }

    /// <summary>Files of Adam's <c>exp_avg_sq</c> by model: safetensors with the model's tensor names.</summary>
    public ImmutableArray<KeyValuePair<string, string>> OptimizerStates { get; init; } = [];

    /// <summary>The folder that statistics are kept in; null for the caller's own place.</summary>
    public string? Cache { get; init; }

    /// <summary>The file of texts for a model, or null when there is none.</summary>
    public string? TextsOf(string model) => Find(Texts, model) ?? Find(Texts, Default);

    public string? OptimizerStateOf(string model) => Find(OptimizerStates, model);

    private static string? Find(ImmutableArray<KeyValuePair<string, string>> files, string key) =>
        files.FirstOrDefault(file => file.Key == key).Value;
}
