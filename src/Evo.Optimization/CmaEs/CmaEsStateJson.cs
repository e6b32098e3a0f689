using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.Serialization;
using static Evo.Optimization.Serialization.StateDocument;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// A <see cref="CmaEsState"/> as JSON and back, bit for bit. Strategy parameters are not saved: they follow from n and lambda.
/// </summary>
internal static class CmaEsStateJson
{
    public static JsonObject Write(CmaEsState state)
    {
        var json = Create(CmaEsOptimizer.AlgorithmName, state.Seed, state.Problem);
        json["settings"] = state.Settings.Write();
        json["generation"] = state.Generation;
        json["finished"] = state.Finished;
        json["injected"] = DoubleJson.Write(state.Injected);
        json["restarts"] = new JsonObject
        {
            ["made"] = state.Restarts.Restarts,
            ["small"] = state.Restarts.SmallRestarts,
            ["small_evaluations"] = state.Restarts.SmallEvaluations,
            ["large_evaluations"] = state.Restarts.LargeEvaluations,
            ["run_is_small"] = state.Restarts.RunIsSmall,
        };
        json["run"] = Write(state.Run);
        return json;
    }

    public static CmaEsState Read(JsonObject saved) => Parse(saved, CmaEsOptimizer.AlgorithmName, (seed, problem) =>
    {
        var restarts = Member(saved, "restarts").AsObject();
        return new CmaEsState
        {
            Seed = seed,
            Problem = problem,
            Settings = ReadSettings(Member(saved, "settings").AsObject()),
            Generation = Integer(saved, "generation"),
            Finished = saved["finished"]?.GetValue<string>(),
            Injected = DoubleJson.ReadRows(saved["injected"]),
            Restarts = new RestartSchedule(
                Integer(restarts, "made"),
                Integer(restarts, "small"),
                (long)DoubleJson.Read(restarts["small_evaluations"]),
                (long)DoubleJson.Read(restarts["large_evaluations"]),
                Member(restarts, "run_is_small").GetValue<bool>()),
            Run = ReadRun(Member(saved, "run").AsObject(), problem.Dimension),
        };
    });

    private static JsonObject Write(CmaEsRun run)
    {
        var distribution = run.Distribution;
        return new JsonObject
        {
            ["population"] = run.Parameters.Population,
            ["generation_limit"] = run.GenerationLimit,
            ["generations"] = run.Generations,
            ["initial_step_size"] = DoubleJson.Write(run.InitialStepSize),
            ["stopped"] = run.Stopped,
            ["best"] = DoubleJson.Write(run.History.Best),
            ["median"] = DoubleJson.Write(run.History.Median),
            ["iteration"] = distribution.Iteration,
            ["eigen_iteration"] = distribution.EigenIteration,
            ["mean"] = DoubleJson.Write(distribution.Mean),
            ["step_size"] = DoubleJson.Write(distribution.StepSize),
            ["step_path"] = DoubleJson.Write(distribution.StepPath),
            ["covariance_path"] = DoubleJson.Write(distribution.CovariancePath),
            ["covariance"] = DoubleJson.Write(distribution.Covariance),
            ["eigenvectors"] = DoubleJson.Write(distribution.Eigensystem.Vectors),
            ["eigen_lengths"] = DoubleJson.Write(distribution.Eigensystem.Lengths),
            ["definite"] = distribution.Eigensystem.Definite,
        };
    }

    private static CmaEsRun ReadRun(JsonObject run, int dimension) => new()
    {
        Parameters = StrategyParameters.Create(dimension, Integer(run, "population")),
        GenerationLimit = Integer(run, "generation_limit"),
        Generations = Integer(run, "generations"),
        InitialStepSize = DoubleJson.Read(run["initial_step_size"]),
        Stopped = run["stopped"]?.GetValue<string>(),
        History = new RunHistory(DoubleJson.ReadRow(run["best"]), DoubleJson.ReadRow(run["median"])),
        Distribution = new SearchDistribution
        {
            Iteration = Integer(run, "iteration"),
            EigenIteration = Integer(run, "eigen_iteration"),
            Mean = Row(run, "mean", dimension),
            StepSize = DoubleJson.Read(run["step_size"]),
            StepPath = Row(run, "step_path", dimension),
            CovariancePath = Row(run, "covariance_path", dimension),
            Covariance = Row(run, "covariance", dimension * dimension),
            Eigensystem = new Eigensystem(
                Row(run, "eigenvectors", dimension * dimension),
                Row(run, "eigen_lengths", dimension),
                Member(run, "definite").GetValue<bool>()),
        },
    };

    private static CmaEsSettings ReadSettings(JsonObject settings)
    {
        try
        {
            return CmaEsSettings.Read(settings);
        }
        catch (OptimizerSettingsException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static ImmutableArray<double> Row(JsonObject run, string name, int length)
    {
        var row = DoubleJson.ReadRow(run[name]);
        return row.Length == length
            ? row
            : throw new FormatException($"'{name}' of the saved state does not have {length} numbers.");
    }
}
