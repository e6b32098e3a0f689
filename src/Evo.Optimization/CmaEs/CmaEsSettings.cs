using System.Text.Json.Nodes;
using Evo.Optimization.Settings;

namespace Evo.Optimization.CmaEs;

internal enum RestartMode
{
    None,

    /// <summary>Every restart doubles the population (Auger and Hansen, CEC 2005).</summary>
    Ipop,

    /// <summary>Doubling runs alternate with short ones of small population and step size (Hansen, GECCO BBOB 2009).</summary>
    Bipop,
}

/// <param name="Population">Candidates in a generation of the first run; null takes 4 + floor(3 ln n).</param>
/// <param name="Sigma">First step size as a fraction of each variable's interval.</param>
/// <param name="MaxRestarts">Restarts with doubled population; the search is finished when the last run stops.</param>
/// <param name="ToleranceX">A run stops when all steps are smaller than this fraction of the first step size.</param>
/// <param name="ToleranceFun">A run stops when values over some tens of generations differ by less than this.</param>
internal sealed record CmaEsSettings(
    int? Population = null,
    double Sigma = 0.3,
    RestartMode Restarts = RestartMode.Ipop,
    int MaxRestarts = 9,
    double ToleranceX = 1e-12,
    double ToleranceFun = 1e-12)
{
    public static OptimizerDescription Description { get; } = new(
        CmaEsOptimizer.AlgorithmName,
        "Covariance matrix adaptation evolution strategy with active update and restarts: "
            + "the first choice for one objective and up to about a hundred genes.",
        ManyObjectives: false,
        [
            new("population", SettingKind.Integer, "4 + floor(3 ln n)", "Candidates in a generation of the first run.", 4, 100_000),
            new("sigma", SettingKind.Number, "0.3", "First step size, as a fraction of each variable's interval.", 1e-6, 1),
            new("restarts", SettingKind.Choice, "ipop",
                "What follows when a run has converged: nothing, runs of doubled population, or those alternating with small local runs.",
                Choices: ["none", "ipop", "bipop"]),
            new("max_restarts", SettingKind.Integer, "9", "Restarts with doubled population before the search is finished.", 0, 20),
            new("tolerance_x", SettingKind.Number, "1e-12", "A run stops when all steps are below this fraction of the first.", 0, 1),
            new("tolerance_fun", SettingKind.Number, "1e-12", "A run stops when its values differ by less than this.", 0),
        ]);

    public static CmaEsSettings Read(JsonObject? json)
    {
        var reader = new SettingsReader(Description, json);
        var defaults = new CmaEsSettings();
        return new CmaEsSettings(
            reader.Integer("population"),
            reader.Number("sigma") ?? defaults.Sigma,
            reader.Choice("restarts") is { } restarts ? Enum.Parse<RestartMode>(restarts, ignoreCase: true) : defaults.Restarts,
            reader.Integer("max_restarts") ?? defaults.MaxRestarts,
            reader.Number("tolerance_x") ?? defaults.ToleranceX,
            reader.Number("tolerance_fun") ?? defaults.ToleranceFun);
    }

    /// <summary>The settings as <see cref="Read"/> takes them.</summary>
    public JsonObject Write()
    {
        var json = new JsonObject
        {
            ["sigma"] = Sigma,
            ["restarts"] = Restarts.ToString().ToLowerInvariant(),
            ["max_restarts"] = MaxRestarts,
            ["tolerance_x"] = ToleranceX,
            ["tolerance_fun"] = ToleranceFun,
        };
        if (Population is { } population)
            json["population"] = population;
        return json;
    }
}
