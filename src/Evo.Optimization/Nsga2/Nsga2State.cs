using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.Serialization;
using static Evo.Optimization.Serialization.StateDocument;

namespace Evo.Optimization.Nsga2;

/// <summary>A search with NSGA-II. It never finishes by itself: the budget ends it.</summary>
internal sealed record Nsga2State : IOptimizerState
{
    public required ulong Seed { get; init; }

    public required OptimizationProblem Problem { get; init; }

    public required Nsga2Settings Settings { get; init; }

    /// <summary>Points that stand first in the first generation; empty afterwards.</summary>
    public required ImmutableArray<ImmutableArray<double>> Injected { get; init; }

    /// <summary>The survivors, best front first; empty before the first answers.</summary>
    public ImmutableArray<Evaluated> Population { get; init; } = [];

    public int Generation { get; init; }

    public string? Finished => null;

    public JsonObject Write()
    {
        var json = Create(Nsga2Optimizer.AlgorithmName, Seed, Problem);
        json["settings"] = Settings.Write();
        json["generation"] = Generation;
        json["injected"] = DoubleJson.Write(Injected);
        json["population"] = new JsonArray([.. Population.Select(Write)]);
        return json;
    }

    public static Nsga2State Read(JsonObject saved) => Parse(saved, Nsga2Optimizer.AlgorithmName, (seed, problem) =>
    {
        var state = new Nsga2State
        {
            Seed = seed,
            Problem = problem,
            Settings = ReadSettings(Member(saved, "settings").AsObject()),
            Generation = Integer(saved, "generation"),
            Injected = DoubleJson.ReadRows(saved["injected"]),
            Population = [.. Member(saved, "population").AsArray().Select(candidate => ReadCandidate(candidate!.AsObject(), problem))],
        };
        return state.Population.Length == (state.Generation == 0 ? 0 : state.Settings.Population)
            ? state
            : throw new FormatException($"The saved state has {state.Population.Length} survivors in generation {state.Generation}.");
    });

    private static JsonObject Write(Evaluated candidate) => new()
    {
        ["point"] = DoubleJson.Write(candidate.Point),
        ["objectives"] = candidate.Objectives is { } objectives ? DoubleJson.Write(objectives) : null,
        ["violation"] = DoubleJson.Write(candidate.Violation),
    };

    private static Evaluated ReadCandidate(JsonObject json, OptimizationProblem problem)
    {
        var candidate = new Evaluated(
            DoubleJson.ReadRow(json["point"]),
            json["objectives"] is { } objectives ? DoubleJson.ReadRow(objectives) : null,
            DoubleJson.Read(json["violation"]));
        return candidate.Point.Length == problem.Dimension && (candidate.Objectives?.Length ?? problem.Goals.Length) == problem.Goals.Length
            ? candidate
            : throw new FormatException("A candidate of the saved state does not fit its problem.");
    }

    private static Nsga2Settings ReadSettings(JsonObject settings)
    {
        try
        {
            return Nsga2Settings.Read(settings);
        }
        catch (OptimizerSettingsException error)
        {
            throw new FormatException(error.Message, error);
        }
    }
}
