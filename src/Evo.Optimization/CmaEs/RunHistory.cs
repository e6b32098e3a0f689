using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// Best and median value of past generations of one run, oldest first, as far back as a stopping rule looks. Minimised; infinite where the
/// candidate was invalid or infeasible.
/// </summary>
internal sealed record RunHistory(ImmutableArray<double> Best, ImmutableArray<double> Median)
{
    public static RunHistory Empty { get; } = new([], []);

    /// <summary>Generations over which the best value must have moved: 10 + ceil(30 n / lambda) (tutorial B.3, EqualFunValues).</summary>
    public static int ShortWindow(StrategyParameters parameters) =>
        10 + (int)Math.Ceiling(30.0 * parameters.Dimension / parameters.Population);

    /// <summary>Fewest generations that can be called a stagnation: 120 + 30 n / lambda (tutorial B.3).</summary>
    public static int LongWindow(StrategyParameters parameters) =>
        120 + (int)Math.Ceiling(30.0 * parameters.Dimension / parameters.Population);

    /// <param name="values">The generation's values, any order, not empty.</param>
    /// <param name="generations">Generations of the run so far, this one included.</param>
    public RunHistory Append(ReadOnlySpan<double> values, int generations, StrategyParameters parameters)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var keep = Math.Min(20_000, Math.Max(LongWindow(parameters), generations / 5));
        return new RunHistory(Append(Best, sorted[0], keep), Append(Median, sorted[sorted.Length / 2], keep));
    }

    private static ImmutableArray<double> Append(ImmutableArray<double> values, double value, int keep) =>
        [.. values.AsSpan()[Math.Max(0, values.Length - keep + 1)..], value];
}
