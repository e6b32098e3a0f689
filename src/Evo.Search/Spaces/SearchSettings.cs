using System.Text.Json.Nodes;

namespace Evo.Search.Spaces;

/// <summary>How to search.</summary>
/// <param name="Algorithm">Name of an optimizer: <c>cma-es</c>, <c>nsga2</c>.</param>
/// <param name="Population">Candidates in a generation; null takes the algorithm's default.</param>
/// <param name="Settings">The algorithm's own settings (<c>search.settings</c>), passed on as they stand; empty when there are none.</param>
public sealed record SearchSettings(string Algorithm, int? Population, ulong Seed, Budget Budget, JsonObject Settings);
