using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Tests.CmaEs;

/// <summary>Short ways to write down a search in a test.</summary>
internal static class Searches
{
    public static IOptimizer Search(JsonObject? settings = null) => Optimizers.Create("cma-es", settings);

    public static OptimizationProblem UnitBox(int n) => new([.. Enumerable.Repeat(new Variable(0, 1), n)], [Goal.Minimize]);

    public static IOptimizerState Start(this OptimizationProblem problem) => Search().Start(problem, 1, []);

    /// <summary>A bowl with its bottom, 0, at 0.3 in every coordinate.</summary>
    public static double Bowl(ImmutableArray<double> point) => point.Sum(x => (x - 0.3) * (x - 0.3));

    /// <summary>A bowl with condition number 1e6.</summary>
    public static double Narrow(ImmutableArray<double> point) =>
        point.Select((x, i) => Math.Pow(10, 6.0 * i / (point.Length - 1)) * (x - 0.3) * (x - 0.3)).Sum();

    public static CmaEsState Tell(this CmaEsState state, Func<ImmutableArray<double>, double> function) =>
        state.Tell((point, _) => function(point));

    /// <summary>One generation; null says invalid.</summary>
    public static CmaEsState Tell(this CmaEsState state, Func<ImmutableArray<double>, int, double?> function) =>
        (CmaEsState)Search().Tell(state, [.. Search().Ask(state).Select(
            (point, k) => new Evaluated(point, function(point, k) is { } value ? [value] : null))]);

    public static double[] Flatten(ImmutableArray<ImmutableArray<double>> points) => [.. points.SelectMany(point => point)];
}
