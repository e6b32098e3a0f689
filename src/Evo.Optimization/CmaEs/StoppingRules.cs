using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// When a run has nothing more to find (tutorial, appendix B.3). Unlike pycma's tolflatfitness, one flat generation ends nothing: scores on
/// small benchmarks tie all the time.
/// </summary>
internal static class StoppingRules
{
    /// <summary>The rule that applies, in words; null while the run should go on.</summary>
    /// <param name="values">The minimised values of the newest generation; infinite for invalid or infeasible candidates.</param>
    public static string? Check(CmaEsRun run, ReadOnlySpan<double> values, CmaEsSettings settings)
    {
        var (distribution, eigensystem) = (run.Distribution, run.Distribution.Eigensystem);
        if (!double.IsFinite(distribution.StepSize) || !distribution.Mean.All(double.IsFinite) || !eigensystem.Definite)
            return "numerics: the covariance matrix is no longer positive definite";
        if (eigensystem.Condition > 1e14)
            return "conditioncov: the covariance matrix has a condition number above 1e14";
        if (run.Generations >= run.GenerationLimit)
            return $"maxiter: {run.GenerationLimit} generations";
        if (distribution.StepSize * eigensystem.Lengths.Max() > 1e4 * run.InitialStepSize)
            return "tolxup: the step size has grown 10,000 fold";
        if (TolX(run, settings.ToleranceX))
            return "tolx: steps are too small to matter";
        if (NoEffectAxis(distribution))
            return "noeffectaxis: a step along a principal axis no longer changes the mean";
        if (NoEffectCoordinate(distribution))
            return "noeffectcoord: a step in a coordinate no longer changes the mean";
        if (TolFun(run, values, settings.ToleranceFun))
            return "tolfun: values no longer differ";
        if (Stagnation(run))
            return "stagnation: neither best nor median values improve";
        return null;
    }

    private static bool TolX(CmaEsRun run, double tolerance)
    {
        var distribution = run.Distribution;
        var limit = tolerance * run.InitialStepSize;
        for (var i = 0; i < distribution.Dimension; i++)
        {
            if (distribution.Deviation(i) >= limit || distribution.StepSize * Math.Abs(distribution.CovariancePath[i]) >= limit)
                return false;
        }

        return true;
    }

    private static bool NoEffectAxis(SearchDistribution distribution)
    {
        var n = distribution.Dimension;
        var axis = distribution.Iteration % n;
        var length = 0.1 * distribution.StepSize * distribution.Eigensystem.Lengths[axis];
        for (var i = 0; i < n; i++)
        {
            if (distribution.Mean[i] != distribution.Mean[i] + (length * distribution.Eigensystem.Vectors[(axis * n) + i]))
                return false;
        }

        return true;
    }

    private static bool NoEffectCoordinate(SearchDistribution distribution)
    {
        for (var i = 0; i < distribution.Dimension; i++)
        {
            if (distribution.Mean[i] == distribution.Mean[i] + (0.2 * distribution.Deviation(i)))
                return true;
        }

        return false;
    }

    private static bool TolFun(CmaEsRun run, ReadOnlySpan<double> values, double tolerance)
    {
        var window = RunHistory.ShortWindow(run.Parameters);
        if (run.History.Best.Length < window)
            return false;
        return Range(run.History.Best.AsSpan(run.History.Best.Length - window, window)) < tolerance && Range(values) < tolerance;
    }

    private static bool Stagnation(CmaEsRun run) =>
        run.History.Best.Length >= RunHistory.LongWindow(run.Parameters)
        && NoBetter(run.History.Best) && NoBetter(run.History.Median);

    /// <summary>Whether the median of the newest 30 % is no better than the median of the oldest 30 %.</summary>
    private static bool NoBetter(ImmutableArray<double> history)
    {
        var part = (int)(0.3 * history.Length);
        return Median(history.AsSpan(history.Length - part, part)) >= Median(history.AsSpan(0, part));
    }

    private static double Median(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }

    private static double Range(ReadOnlySpan<double> values)
    {
        var (smallest, largest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
            (smallest, largest) = (Math.Min(smallest, value), Math.Max(largest, value));
        return double.IsFinite(largest) && double.IsFinite(smallest) ? largest - smallest : double.PositiveInfinity;
    }
}
