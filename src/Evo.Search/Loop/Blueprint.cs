using System.Collections.Immutable;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>A candidate on paper: what a genome means, before any weight is touched.</summary>
/// <param name="Id">Content id of the effective recipe and its inputs; of the recipe's text when it cannot be planned.</param>
/// <param name="Genome">In the search space's own units; empty for a baseline.</param>
/// <param name="RecipeYaml">The concrete recipe, as mergekit reads it.</param>
/// <param name="Problem">Why it cannot be carried out; null when it can.</param>
internal record Blueprint(
    string Id, ImmutableArray<double> Genome, string RecipeYaml, ImmutableArray<Coefficient> Coefficients, string? Problem = null);

/// <summary>A blueprint to be scored for comparison: <paramref name="Kind"/> is base, parent or uniform.</summary>
internal sealed record BaselineBlueprint(string Name, string Kind, Blueprint Blueprint);
