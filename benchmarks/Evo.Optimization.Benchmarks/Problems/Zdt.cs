using System.Collections.Immutable;

namespace Evo.Optimization.Benchmarks.Problems;

/// <summary>
/// The two-objective problems of Zitzler, Deb and Thiele (2000), both objectives minimised, with the hypervolume of their continuous
/// Pareto fronts for the reference point (1.1, 1.1).
/// </summary>
internal sealed record Zdt(string Name, int Variables, double HypervolumeLimit)
{
    public static ImmutableArray<Zdt> All { get; } =
    [
        new("zdt1", 30, 0.8766666666666666),
        new("zdt2", 30, 0.5433333333333333),
        new("zdt3", 30, 1.3317629086751994),
        new("zdt4", 10, 0.8766666666666666),
        new("zdt6", 10, 0.5078775146036889),
    ];

    /// <summary>Pieces of f1 on which zdt3's front lies.</summary>
    private static readonly (double From, double To)[] Zdt3Pieces =
    [
        (0, 0.0830015349), (0.182228780, 0.2577623634), (0.4093136748, 0.4538821041), (0.6183967944, 0.6525117038),
        (0.8233317983, 0.8518328654),
    ];

    public OptimizationProblem Problem { get; } = new(
        [.. Enumerable.Range(0, Variables).Select(i => Name == "zdt4" && i > 0 ? new Variable(-5, 5) : new Variable(0, 1))],
        [Goal.Minimize, Goal.Minimize]);

    public ImmutableArray<double> Evaluate(ImmutableArray<double> x)
    {
        var others = x.Skip(1).ToArray();
        var f1 = Name == "zdt6" ? 1 - (Math.Exp(-4 * x[0]) * Math.Pow(Math.Sin(6 * Math.PI * x[0]), 6)) : x[0];
        var g = Name switch
        {
            "zdt4" => 1 + (10.0 * others.Length) + others.Sum(v => (v * v) - (10 * Math.Cos(4 * Math.PI * v))),
            "zdt6" => 1 + (9 * Math.Pow(others.Sum() / others.Length, 0.25)),
            _ => 1 + (9 * others.Sum() / others.Length),
        };
        return [f1, g * Shape(f1 / g, f1)];
    }

    /// <summary>Evenly spaced points of the true front, as the reference values use them.</summary>
    public ImmutableArray<ImmutableArray<double>> ReferenceFront() => Name switch
    {
        "zdt3" => [.. Zdt3Pieces.SelectMany(piece => Line(piece.From, piece.To, 201)).Select(FrontPoint)],
        "zdt6" => [.. Line(0.2807753191, 1, 1001).Select(FrontPoint)],
        _ => [.. Line(0, 1, 1001).Select(FrontPoint)],
    };

    private ImmutableArray<double> FrontPoint(double f1) => [f1, Shape(f1, f1)];

    /// <summary>f2 / g as a function of f1 / g; on the front g = 1.</summary>
    private double Shape(double ratio, double f1) => Name switch
    {
        "zdt2" or "zdt6" => 1 - (ratio * ratio),
        "zdt3" => 1 - Math.Sqrt(ratio) - (ratio * Math.Sin(10 * Math.PI * f1)),
        _ => 1 - Math.Sqrt(ratio),
    };

    private static IEnumerable<double> Line(double from, double to, int points) =>
        Enumerable.Range(0, points).Select(i => from + ((to - from) * i / (points - 1)));
}
