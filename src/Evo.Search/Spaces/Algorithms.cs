using System.Collections.Immutable;

namespace Evo.Search.Spaces;

/// <summary>What a search space may name as its algorithm.</summary>
internal static class Algorithms
{
    public static ImmutableArray<string> All { get; } = ["cma-es", "nsga2"];

    /// <summary>Those that take exactly one objective.</summary>
    public static ImmutableArray<string> SingleObjective { get; } = ["cma-es"];
}
