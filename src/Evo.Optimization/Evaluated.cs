using System.Collections.Immutable;

namespace Evo.Optimization;

/// <summary>
/// The answer to one proposed point. <paramref name="Objectives"/> are in the problem's own units and directions;
/// null says the candidate was invalid, and each algorithm ranks it by its own rule, never by a magic score.
/// </summary>
/// <param name="Violation">Sum of constraint violations, 0 when feasible (constraint domination, Deb 2002).</param>
public sealed record Evaluated(ImmutableArray<double> Point, ImmutableArray<double>? Objectives, double Violation = 0);
