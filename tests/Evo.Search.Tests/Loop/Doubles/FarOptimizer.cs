using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization;

namespace Evo.Search.Tests.Loop.Doubles;

/// <summary>Proposes points that are no baseline: (0.1, 0.1), (0.2, 0.1), ... in every generation.</summary>
internal sealed class FarOptimizer(int population) : IOptimizer
{
    public string Name => "far";

    public IOptimizerState Start(OptimizationProblem problem, ulong seed, IReadOnlyList<ImmutableArray<double>> injected) => new State(0);

    public ImmutableArray<ImmutableArray<double>> Ask(IOptimizerState state) =>
        [.. Enumerable.Range(1, population).Select(i => ImmutableArray.Create(i / 10.0, 0.1))];

    public IOptimizerState Tell(IOptimizerState state, IReadOnlyList<Evaluated> answers) => new State(state.Generation + 1);

    public JsonObject Save(IOptimizerState state) => new() { ["generation"] = state.Generation };

    public IOptimizerState Load(JsonObject saved) => new State((int)saved["generation"]!);

    private sealed record State(int Generation) : IOptimizerState
    {
        public string? Finished => null;
    }
}
