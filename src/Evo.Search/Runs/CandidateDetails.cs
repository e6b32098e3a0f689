using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Evaluation.Outcomes;

namespace Evo.Search.Runs;

/// <summary>Everything that a run knows of one candidate: the document of <c>evo show --json</c>.</summary>
public sealed record CandidateDetails
{
    public string Schema { get; init; } = "evo.candidate/1";

    public required string RunId { get; init; }

    public required string Id { get; init; }

    /// <summary>base, parent, uniform, or candidate.</summary>
    public required string Kind { get; init; }

    /// <summary>A baseline's name; null for a candidate.</summary>
    public string? Name { get; init; }

    /// <summary>The generation that first proposed it, 1-based; null for a baseline that was never proposed.</summary>
    public int? Generation { get; init; }

    /// <summary>Genes with their values, in the space's own units; empty for a baseline that was never proposed.</summary>
    public required ImmutableArray<double> Genome { get; init; }

    /// <summary>Whether it is on the newest front.</summary>
    public required bool OnFront { get; init; }

    /// <summary>Why it could not be scored; null when it was.</summary>
    public string? Invalid { get; init; }

    public required OrderedDictionary<string, ScoredValue> Objectives { get; init; }

    public OrderedDictionary<string, ScoredValue>? Report { get; init; }

    /// <summary>The concrete mergekit recipe.</summary>
    public required JsonObject Recipe { get; init; }

    /// <summary>The same as YAML, as mergekit reads it.</summary>
    public required string RecipeYaml { get; init; }

    /// <summary>What each model contributes where, by layer and component.</summary>
    public required ImmutableArray<Coefficient> Coefficients { get; init; }

    /// <summary>Item results by objective, both splits together, in item order.</summary>
    public required ImmutableArray<ObjectiveItems> Items { get; init; }

    /// <summary>The document, with a line end.</summary>
    public string ToJson() => RunJson.WriteDocument(this);
}

/// <summary>One resolved parameter in one part of the network.</summary>
/// <param name="Model">The model that it belongs to; null for a parameter of the whole merge.</param>
/// <param name="Layer">0-based decoder layer; null outside the layers.</param>
/// <param name="Component">attention, mlp, norm, embedding, head, ...</param>
/// <param name="Value">The mean over the tensors of that part.</param>
public sealed record Coefficient(string? Model, string Parameter, int? Layer, string Component, double Value);

public sealed record ObjectiveItems(string Objective, ImmutableArray<ItemResult> Items);
