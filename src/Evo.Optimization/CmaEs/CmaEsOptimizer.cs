using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.Randomness;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// CMA-ES with full covariance matrix, active update, smooth bounds and restarts, for one objective (Hansen, "The CMA evolution strategy: a
/// tutorial", arXiv 1604.00772). A run starts at every variable's initial value, or the middle; restarts start at random.
/// </summary>
internal sealed class CmaEsOptimizer(CmaEsSettings settings) : IOptimizer
{
    public const string AlgorithmName = "cma-es";

    /// <summary>Largest standard deviation of a coordinate, as a fraction of its interval (pycma's choice).</summary>
    private const double DeviationLimitInUnits = 1.0 / 3;

    /// <summary>Smallest population that takes injected points: in fewer samples they would dictate the first update.</summary>
    private const int SmallestInjectedPopulation = 8;

    public string Name => AlgorithmName;

    public IOptimizerState Start(OptimizationProblem problem, ulong seed, IReadOnlyList<ImmutableArray<double>> injected)
    {
        AskedPoints.CheckProblem(problem);
        if (problem.Goals.Length != 1)
        {
            throw new OptimizerSettingsException(
                $"{Name} optimises one objective and this search has {problem.Goals.Length}: use an algorithm for many, such as nsga2.");
        }

        var accepted = AskedPoints.Injected(problem, injected);
        var population = BasePopulation(settings, problem);
        var room = population >= SmallestInjectedPopulation ? population : 0;
        var middle = problem.Variables.Select(variable => variable.Initial ?? variable.Lower + ((variable.Upper - variable.Lower) / 2));
        return new CmaEsState
        {
            Seed = seed,
            Problem = problem,
            Settings = settings,
            Injected = [.. accepted.Take(room)],
            Run = CmaEsRun.Start([.. UnitBox.FromProblem([.. middle], problem.Variables)], settings.Sigma, population),
        };
    }

    public ImmutableArray<ImmutableArray<double>> Ask(IOptimizerState state)
    {
        var current = Own(state);
        return Proposals(current, current.Run.Sample(current.Seed, current.Generation));
    }

    public IOptimizerState Tell(IOptimizerState state, IReadOnlyList<Evaluated> answers)
    {
        var current = Own(state);
        var points = current.Run.Sample(current.Seed, current.Generation);
        var matched = AskedPoints.Match(Proposals(current, points), answers, objectives: 1);
        for (var k = 0; k < current.Injected.Length; k++)
            points[k] = Shortened(UnitBox.FromProblem(current.Injected[k], current.Problem.Variables), current.Run.Distribution);

        ImmutableArray<Fitness> fitness = [.. matched.Select(answer => Fitness.Of(answer, current.Problem.Goals[0]))];
        var run = current.Run.Tell(points, fitness, current.Settings, DeviationLimitInUnits);
        return AfterStop(current with { Run = run, Generation = current.Generation + 1, Injected = [] });
    }

    public JsonObject Save(IOptimizerState state) => CmaEsStateJson.Write(Own(state));

    public IOptimizerState Load(JsonObject saved) => CmaEsStateJson.Read(saved);

    private static int BasePopulation(CmaEsSettings settings, OptimizationProblem problem) =>
        settings.Population ?? StrategyParameters.DefaultPopulation(problem.Dimension);

    private static ImmutableArray<ImmutableArray<double>> Proposals(CmaEsState state, double[][] unbounded) =>
        [.. unbounded.Select((point, k) => k < state.Injected.Length
            ? state.Injected[k]
            : UnitBox.ToProblem(point, state.Problem.Variables))];

    /// <summary>
    /// An injected candidate counts as a step no longer than a sample's could be: Mahalanobis length at most sqrt(n) + 2n/(n+2) (Hansen,
    /// "Injecting external solutions into CMA-ES", 2011).
    /// </summary>
    private static double[] Shortened(double[] point, SearchDistribution distribution)
    {
        double n = point.Length;
        var step = new double[point.Length];
        for (var i = 0; i < step.Length; i++)
            step[i] = (point[i] - distribution.Mean[i]) / distribution.StepSize;
        var length = Math.Sqrt(distribution.Eigensystem.Whiten(step).Sum(coordinate => coordinate * coordinate));
        var limit = Math.Sqrt(n) + (2 * n / (n + 2));
        if (length <= limit)
            return point;
        for (var i = 0; i < step.Length; i++)
            step[i] = distribution.Mean[i] + (distribution.StepSize * step[i] * (limit / length));
        return step;
    }

    private static CmaEsState AfterStop(CmaEsState state)
    {
        if (state.Run.Stopped is not { } reason || state.Finished is not null)
            return state;
        if (state.Settings.Restarts == RestartMode.None || state.Restarts.LargeRestarts >= state.Settings.MaxRestarts)
            return state with { Finished = reason };

        var evaluations = (long)state.Run.Generations * state.Run.Parameters.Population;
        var (schedule, next) = state.Restarts.Next(
            state.Settings.Restarts, BasePopulation(state.Settings, state.Problem), evaluations, state.Seed);
        var stream = new RandomStream(state.Seed, "cma-es/restart", schedule.Restarts);
        var mean = new double[state.Problem.Dimension];
        for (var i = 0; i < mean.Length; i++)
            mean[i] = stream.NextDouble();
        var run = CmaEsRun.Start(
            ImmutableArray.Create(mean), state.Settings.Sigma * next.SigmaFactor, next.Population, next.GenerationLimit);
        return state with { Run = run, Restarts = schedule };
    }

    private static CmaEsState Own(IOptimizerState state) => state as CmaEsState
        ?? throw new ArgumentException($"The state belongs to another algorithm: {state.GetType().Name}.");
}
