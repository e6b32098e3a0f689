using System.Collections.Immutable;
using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Benchmarks.Problems;

/// <param name="Hit">The evaluation (from 1) that first reached the target; null when none did.</param>
/// <param name="Stopped">The rule that ended the search; null when the target or the budget did.</param>
internal sealed record Outcome(int? Hit, int Evaluations, double Best, string? Stopped);

/// <summary>Drives a search on a function until a target value, the algorithm's own end, or a number of evaluations.</summary>
internal static class Minimization
{
    /// <summary>One run of CMA-ES without bounds or restarts, as the reference values were taken.</summary>
    public static Outcome Unbounded(
        Func<double[], double> function, double[] start, double sigma, ulong seed, int budget, double target = 1e-8)
    {
        var settings = new CmaEsSettings();
        var run = CmaEsRun.Start([.. start], sigma, StrategyParameters.DefaultPopulation(start.Length));
        var (evaluations, best) = (0, double.PositiveInfinity);
        while (run.Stopped is null && evaluations < budget)
        {
            var points = run.Sample(seed, run.Generations);
            var values = Array.ConvertAll(points, point => function(point));
            foreach (var value in values)
            {
                evaluations++;
                best = Math.Min(best, value);
                if (value <= target)
                    return new Outcome(evaluations, evaluations, best, null);
            }

            run = run.Tell(points, [.. values.Select(value => new Fitness(FitnessClass.Feasible, value))], settings, deviationLimit: null);
        }

        return new Outcome(null, evaluations, best, run.Stopped);
    }

    /// <summary>A whole search, restarts included, on the box [0, 1]^n.</summary>
    public static Outcome InUnitBox(
        IOptimizer optimizer, Func<double[], double> function, double[] start, ulong seed, int budget, double target = 1e-8)
    {
        var problem = new OptimizationProblem([.. start.Select(value => new Variable(0, 1, value))], [Goal.Minimize]);
        var state = optimizer.Start(problem, seed, []);
        var (evaluations, best) = (0, double.PositiveInfinity);
        while (state.Finished is null && evaluations < budget)
        {
            var answers = new List<Evaluated>();
            foreach (var point in optimizer.Ask(state))
            {
                var value = function([.. point]);
                evaluations++;
                best = Math.Min(best, value);
                if (value <= target)
                    return new Outcome(evaluations, evaluations, best, null);
                answers.Add(new Evaluated(point, [value]));
            }

            state = optimizer.Tell(state, answers);
        }

        return new Outcome(null, evaluations, best, state.Finished);
    }
}
