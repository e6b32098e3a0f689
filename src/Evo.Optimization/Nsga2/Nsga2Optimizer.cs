using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.Randomness;

namespace Evo.Optimization.Nsga2;

/// <summary>
/// NSGA-II (Deb, Pratap, Agarwal and Meyarivan, IEEE Transactions on Evolutionary Computation 6, 2002), with the operators and defaults of
/// pymoo. The first generation is a Latin hypercube, led by the variables' initial values, if any, and the injected points.
/// </summary>
internal sealed class Nsga2Optimizer(Nsga2Settings settings) : IOptimizer
{
    public const string AlgorithmName = "nsga2";

    public string Name => AlgorithmName;

    public IOptimizerState Start(OptimizationProblem problem, ulong seed, IReadOnlyList<ImmutableArray<double>> injected)
    {
        AskedPoints.CheckProblem(problem);
        IEnumerable<ImmutableArray<double>> leading = injected;
        if (problem.Variables.Any(variable => variable.Initial is not null))
        {
            leading = leading.Prepend(
                [.. problem.Variables.Select(variable => variable.Initial ?? variable.Lower + ((variable.Upper - variable.Lower) / 2))]);
        }

        var accepted = AskedPoints.Injected(problem, leading);
        return new Nsga2State
        {
            Seed = seed,
            Problem = problem,
            Settings = settings,
            Injected = [.. accepted.Take(settings.Population)],
        };
    }

    public ImmutableArray<ImmutableArray<double>> Ask(IOptimizerState state)
    {
        var current = Own(state);
        if (current.Generation > 0)
            return Offspring.Create(current);
        var stream = new RandomStream(current.Seed, "nsga2/initial");
        var sampled = current.Settings.Population - current.Injected.Length;
        return [.. current.Injected, .. LatinHypercube.Sample(current.Problem.Variables, sampled, stream)];
    }

    public IOptimizerState Tell(IOptimizerState state, IReadOnlyList<Evaluated> answers)
    {
        var current = Own(state);
        var goals = current.Problem.Goals;
        var matched = AskedPoints.Match(Ask(current), answers, goals.Length);
        return current with
        {
            Population = RankAndCrowding.Survivors([.. current.Population, .. matched], goals, current.Settings.Population),
            Generation = current.Generation + 1,
            Injected = [],
        };
    }

    public JsonObject Save(IOptimizerState state) => Own(state).Write();

    public IOptimizerState Load(JsonObject saved) => Nsga2State.Read(saved);

    private static Nsga2State Own(IOptimizerState state) => state as Nsga2State
        ?? throw new ArgumentException($"The state belongs to another algorithm: {state.GetType().Name}.");
}
