using System.Collections.Immutable;

namespace Evo.Evaluation.Tasks;

public enum TaskKind
{
    Generate,
    MultipleChoice,
    LogLikelihood,
    Perplexity,
}

/// <summary>A task as its YAML file describes it (product.md, section 4), with its items read and checked.</summary>
public sealed record TaskDefinition
{
    public required string Name { get; init; }

    /// <summary>Full path of the YAML file, for messages.</summary>
    public required string Path { get; init; }

    public required TaskKind Kind { get; init; }

    /// <summary>Name of the metric: exact_match, accuracy, bits_per_byte, ...</summary>
    public required string Metric { get; init; }

    /// <summary>Prompt template; <c>{field}</c> stands for a field of the item.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>
    /// Template of the expected answer (generate, loglikelihood; generate also takes one list field of accepted answers), or of the right
    /// choice's 0-based index or text (multiple_choice).
    /// </summary>
    public string Answer { get; init; } = "";

    /// <summary>multiple_choice: template that names the item's list field, or one template per choice.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>perplexity: template of the scored text.</summary>
    public string Text { get; init; } = "";

    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>Most tokens that one answer may take.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Solved examples put before every prompt, taken from the end of the data file and never scored.</summary>
    public int FewShot { get; init; }

    /// <summary>What stands after each solved example.</summary>
    public string FewShotSeparator { get; init; } = "\n\n";

    /// <summary>regex: the pattern to look for.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>exact_match, contains, regex: capital and small letters are the same.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>exact_match, regex: white space around the answer does not count.</summary>
    public bool Strip { get; init; } = true;

    /// <summary>The items to score, in file order.</summary>
    public required ImmutableArray<TaskItem> Items { get; init; }

    /// <summary>The solved examples, in file order.</summary>
    public ImmutableArray<TaskItem> Examples { get; init; } = [];

    /// <summary>SHA-256 (hex) of everything that decides a score: the definition and the items, but neither paths nor the name. Caches key on it.</summary>
    public required string ContentHash { get; init; }
}
