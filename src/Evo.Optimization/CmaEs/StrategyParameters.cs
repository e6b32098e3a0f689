using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// The default strategy parameters of CMA-ES with active covariance update, functions of the dimension n and the population size lambda
/// alone. Equation numbers: Hansen, "The CMA evolution strategy: a tutorial", arXiv 1604.00772v2 (2023). Where pycma differs (cs, the
/// factor min(1, lambda/6) in c1), pycma is followed: the reference vectors and published medians are its own.
/// </summary>
internal sealed record StrategyParameters
{
    public required int Dimension { get; init; }

    public required int Population { get; init; }

    /// <summary>Parents: candidates that move the mean.</summary>
    public required int Mu { get; init; }

    /// <summary>Variance-effective number of parents, 1 &lt;= mueff &lt;= mu.</summary>
    public required double MuEff { get; init; }

    /// <summary>Recombination weights, best first: positive ones sum to 1, negative ones push the covariance away from bad steps.</summary>
    public required ImmutableArray<double> Weights { get; init; }

    /// <summary>Learning rate of the path p_c.</summary>
    public required double Cc { get; init; }

    /// <summary>Learning rate of the rank-one update.</summary>
    public required double C1 { get; init; }

    /// <summary>Learning rate of the rank-mu update.</summary>
    public required double CMu { get; init; }

    /// <summary>Learning rate of the path p_sigma.</summary>
    public required double Cs { get; init; }

    /// <summary>Damping of the step size.</summary>
    public required double Damps { get; init; }

    /// <summary>Expected length of a standard normal vector.</summary>
    public required double ChiN { get; init; }

    /// <summary>Generations between eigendecompositions.</summary>
    public required int EigenGap { get; init; }

    /// <summary>pycma's default limit of generations for one run.</summary>
    public required int GenerationLimit { get; init; }

    public static int DefaultPopulation(int dimension) => 4 + (int)Math.Floor(3 * Math.Log(dimension));

    public static StrategyParameters Create(int dimension, int population)
    {
        double n = dimension, lambda = population;
        var mu = population / 2;
        var raw = Enumerable.Range(1, population).Select(i => Math.Log((lambda + 1) / 2) - Math.Log(i)).ToArray(); // (49)
        var (parents, others) = (raw.Take(mu).ToArray(), raw.Skip(mu).ToArray());
        var muEff = Square(parents.Sum()) / parents.Sum(w => w * w);                                              // (8)
        var muEffMinus = Square(others.Sum()) / others.Sum(w => w * w);                                           // table 1

        var c1 = 2 * Math.Min(1, lambda / 6) / (Square(n + 1.3) + muEff);                                         // (57)
        var cMu = Math.Min(1 - c1, 2 * (0.25 + muEff + (1 / muEff) - 2) / (Square(n + 2) + muEff));               // (58)
        var cc = (4 + (muEff / n)) / (n + 4 + (2 * muEff / n));                                                   // (56)
        var cs = (muEff + 2) / (n + muEff + 3);                                                                   // (55), pycma's 3 for 5
        var damps = 1 + cs + (2 * Math.Max(0, Math.Sqrt((muEff - 1) / (n + 1)) - 1));                             // (55)

        var negativeSum = Math.Min(1 + (c1 / cMu),                                                                // (50)
            Math.Min(1 + (2 * muEffMinus / (muEff + 2)),                                                          // (51)
                (1 - c1 - cMu) / (n * cMu)));                                                                     // (52)
        var (positiveTotal, negativeTotal) = (parents.Sum(), -others.Sum());
        var weights = raw.Select(w => w >= 0 ? w / positiveTotal : w * negativeSum / negativeTotal);              // (53)

        return new StrategyParameters
        {
            Dimension = dimension,
            Population = population,
            Mu = mu,
            MuEff = muEff,
            Weights = [.. weights],
            Cc = cc,
            C1 = c1,
            CMu = cMu,
            Cs = cs,
            Damps = damps,
            ChiN = ExpectedNormalLength(dimension),
            EigenGap = Math.Max(1, (int)Math.Floor(1 / (10 * n * (c1 + cMu)))),
            GenerationLimit = (int)(100 + (150 * Square(n + 3) / Math.Sqrt(lambda))),
        };
    }

    /// <summary>sqrt(2) Gamma((n+1)/2) / Gamma(n/2), by the recurrence chi(n+2) = chi(n) (n+1)/n from chi(1) and chi(2).</summary>
    private static double ExpectedNormalLength(int dimension)
    {
        var n = 2 - (dimension % 2);
        var chi = n == 1 ? Math.Sqrt(2 / Math.PI) : Math.Sqrt(Math.PI / 2);
        for (; n < dimension; n += 2)
            chi *= (n + 1.0) / n;
        return chi;
    }

    private static double Square(double x) => x * x;
}
