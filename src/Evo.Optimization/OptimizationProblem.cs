using System.Collections.Immutable;

namespace Evo.Optimization;

public enum Goal
{
    Minimize,
    Maximize,
}

/// <summary>One decision variable: a closed interval and where a search should start. <c>Lower &lt; Upper</c>, both finite.</summary>
/// <param name="Initial">The start value inside the interval; null leaves it to the algorithm (usually the middle, or random).</param>
public sealed record Variable(double Lower, double Upper, double? Initial = null);

/// <summary>What an optimizer may know of a search: the box, and the direction of every objective.</summary>
public sealed record OptimizationProblem(ImmutableArray<Variable> Variables, ImmutableArray<Goal> Goals)
{
    public int Dimension => Variables.Length;
}
