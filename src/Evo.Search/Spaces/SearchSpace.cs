using System.Collections.Immutable;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces;

/// <summary>
/// A search-space file, read and checked (product.md, section 1): a mergekit recipe with ranges in it, the objectives, and how to search.
/// </summary>
public sealed record SearchSpace
{
    /// <summary>Full path of the file, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>Full path of the folder that the space's relative paths start from.</summary>
    public required string Folder { get; init; }

    /// <summary>The recipe as written, overrides applied, ranges still in it. To be read, not changed.</summary>
    public required YamlMappingNode Recipe { get; init; }

    /// <summary>Every model that some candidate may need, as the recipe names it: the base first, then in order of appearance, distinct.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>The recipe's <c>base_model</c>, as it names it; null when it has none.</summary>
    public string? BaseModel { get; init; }

    /// <summary>In the file's order; at least one is not report-only, and names are distinct.</summary>
    public required ImmutableArray<Objective> Objectives { get; init; }

    public required EvaluatorSettings Evaluator { get; init; }

    public required SearchSettings Search { get; init; }

    public required Splits Splits { get; init; }

    /// <summary>
    /// SHA-256 (hex) of what determines the search's course: the recipe with its ranges, objectives, splits, algorithm, seed, population, settings,
    /// the evaluator's kind and kind of device. Budgets, workers, batch sizes and the file's own place do not count, so that a run can be extended and moved.
    /// What the named models and tasks hold is not in it: they have content hashes of their own.
    /// </summary>
    public required string ContentHash { get; init; }

    /// <summary>The complete space as YAML, every default made explicit. Reading it from the same folder gives the same space and the same hash.</summary>
    public required string ResolvedYaml { get; init; }
}
