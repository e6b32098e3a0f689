using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>One run of CMA-ES in unbounded coordinates, from a start to a stopping rule, without restarts.</summary>
internal sealed record CmaEsRun
{
    public required StrategyParameters Parameters { get; init; }

    public required SearchDistribution Distribution { get; init; }

    public required double InitialStepSize { get; init; }

    public required int GenerationLimit { get; init; }

    public RunHistory History { get; init; } = RunHistory.Empty;

    /// <summary>Generations told to this run.</summary>
    public int Generations { get; init; }

    /// <summary>The stopping rule that ended the run; null while it goes on.</summary>
    public string? Stopped { get; init; }

    public static CmaEsRun Start(ImmutableArray<double> mean, double stepSize, int population, int? generationLimit = null)
    {
        var parameters = StrategyParameters.Create(mean.Length, population);
        return new CmaEsRun
        {
            Parameters = parameters,
            Distribution = SearchDistribution.Start(mean, stepSize),
            InitialStepSize = stepSize,
            GenerationLimit = Math.Min(parameters.GenerationLimit, generationLimit ?? int.MaxValue),
        };
    }

    /// <summary>The unbounded candidates of the next generation.</summary>
    public double[][] Sample(ulong seed, int generation) => Distribution.Sample(Parameters.Population, seed, generation);

    /// <summary>The run after one generation.</summary>
    /// <param name="points">The candidates as sampled (or as injected and shortened), unbounded.</param>
    /// <param name="fitness">How each candidate did.</param>
    /// <param name="deviationLimit">Largest standard deviation of a coordinate; null for no limit.</param>
    public CmaEsRun Tell(double[][] points, ImmutableArray<Fitness> fitness, CmaEsSettings settings, double? deviationLimit)
    {
        var order = Enumerable.Range(0, fitness.Length).OrderBy(k => fitness[k]).ToArray();
        var best = fitness[order[0]];
        var flat = best.CompareTo(fitness[order[^1]]) == 0;

        var distribution = Distribution;
        if (!flat)
        {
            var ranking = Ranking.Of(Parameters, order, (a, b) => fitness[a].CompareTo(fitness[b]) == 0);
            distribution = DistributionUpdate.Apply(distribution, Parameters, points, ranking);
            distribution = DistributionUpdate.RefreshEigensystem(distribution, Parameters.EigenGap);
        }
        else if (best.Class == FitnessClass.Feasible)
        {
            // A plateau ranks nobody: only look further away (tutorial, appendix C: "escape flat fitness"). A generation that is all
            // invalid says less still, and changes nothing: the next one draws other samples from the same distribution.
            var growth = Math.Exp(0.2 + (Parameters.Cs / Parameters.Damps));
            distribution = distribution with { StepSize = distribution.StepSize * growth };
        }

        if (deviationLimit is { } limit)
            distribution = DeviationLimit.Apply(distribution, limit);

        var values = Array.ConvertAll([.. fitness], candidate => candidate.MinimizedValue);
        var advanced = this with
        {
            Distribution = distribution,
            Generations = Generations + 1,
            History = History.Append(values, Generations + 1, Parameters),
        };
        return advanced with { Stopped = StoppingRules.Check(advanced, values, settings) };
    }
}
