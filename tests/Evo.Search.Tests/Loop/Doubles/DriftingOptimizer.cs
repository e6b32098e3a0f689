using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Optimization;

namespace Evo.Search.Tests.Loop.Doubles;

/// <summary>
/// A small pure optimizer: a quarter of a generation repeats the best point so far, the rest is drawn around it. State is its whole history
/// of bests.
/// </summary>
internal sealed class DriftingOptimizer(int population) : IOptimizer
{
    public string Name => "drifting";

    public IOptimizerState Start(OptimizationProblem problem, ulong seed, IReadOnlyList<ImmutableArray<double>> injected) =>
        new State(0, seed, [.. problem.Goals], injected.Count > 0 ? injected[0] : [.. problem.Variables.Select(_ => 0.5)], null);

    public ImmutableArray<ImmutableArray<double>> Ask(IOptimizerState state)
    {
        var s = (State)state;
        return [.. Enumerable.Range(0, population).Select(i => i % 4 == 3 ? s.Best : Around(s, i))];
    }

    public IOptimizerState Tell(IOptimizerState state, IReadOnlyList<Evaluated> answers)
    {
        var s = (State)state;
        foreach (var answer in answers)
        {
            if (answer.Objectives is not { } values)
                continue;
            var score = values.Select((value, i) => s.Goals[i] == Goal.Maximize ? value : -value).Sum();
            if (s.BestScore is null || score > s.BestScore)
                s = s with { Best = answer.Point, BestScore = score };
        }

        return s with { Generation = s.Generation + 1 };
    }

    public JsonObject Save(IOptimizerState state) => JsonSerializer.SerializeToNode((State)state)!.AsObject();

    public IOptimizerState Load(JsonObject saved) => saved.Deserialize<State>()!;

    private static ImmutableArray<double> Around(State s, int i)
    {
        var draw = new Random(HashCode(s.Seed, s.Generation, i)); // seeded System.Random: its algorithm is fixed
        return [.. s.Best.Select(x => Math.Clamp(x + ((draw.NextDouble() - 0.5) * 0.6), 0, 1))];
    }

    private static int HashCode(ulong seed, int generation, int i) => unchecked((int)((seed * 1_000_003) + ((ulong)generation * 8191) + (ulong)i));

    internal sealed record State(int Generation, ulong Seed, ImmutableArray<Goal> Goals, ImmutableArray<double> Best, double? BestScore) : IOptimizerState
    {
        public string? Finished => null;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"generation {Generation}");
    }
}
