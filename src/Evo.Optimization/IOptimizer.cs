using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Evo.Optimization;

/// <summary>
/// The state of a search: immutable, and everything there is, random-number keys included. <see cref="IOptimizer.Save"/> turns it into
/// JSON and <see cref="IOptimizer.Load"/> back, bit for bit.
/// </summary>
public interface IOptimizerState
{
    /// <summary>Completed generations (tells).</summary>
    int Generation { get; }

    /// <summary>Why the algorithm itself considers the search done (its own stopping rules); null while it goes on.</summary>
    string? Finished { get; }
}

/// <summary>An ask/tell optimizer: pure functions from state to state. Same seed and same answers, same proposals, on every run.</summary>
public interface IOptimizer
{
    /// <summary>The name used in search-space files: <c>cma-es</c>, <c>nsga2</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The first state. <paramref name="injected"/> are points that the first generation must contain (parents, uniform merge, earlier
    /// bests), as far as it has room.
    /// </summary>
    IOptimizerState Start(OptimizationProblem problem, ulong seed, IReadOnlyList<ImmutableArray<double>> injected);

    /// <summary>
    /// The points of the next generation, inside the box. Pure: asking the same state twice gives the same points.
    /// </summary>
    ImmutableArray<ImmutableArray<double>> Ask(IOptimizerState state);

    /// <summary>The state after the answers to <see cref="Ask"/>, one for each point and in the order of asking.</summary>
    IOptimizerState Tell(IOptimizerState state, IReadOnlyList<Evaluated> answers);

    JsonObject Save(IOptimizerState state);

    /// <exception cref="FormatException">The JSON is not a state of this algorithm.</exception>
    IOptimizerState Load(JsonObject saved);
}
