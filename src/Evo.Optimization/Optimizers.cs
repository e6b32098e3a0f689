using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.CmaEs;
using Evo.Optimization.Nsga2;
using Evo.Optimization.Settings;

namespace Evo.Optimization;

/// <summary>All algorithms by the names that search-space files use.</summary>
public static class Optimizers
{
    private static readonly ImmutableArray<(OptimizerDescription Description, Func<JsonObject?, IOptimizer> Create)> Registered =
    [
        (CmaEsSettings.Description, settings => new CmaEsOptimizer(CmaEsSettings.Read(settings))),
        (Nsga2Settings.Description, settings => new Nsga2Optimizer(Nsga2Settings.Read(settings))),
    ];

    /// <summary>What there is to choose from: names, descriptions, and the settings each takes.</summary>
    public static ImmutableArray<OptimizerDescription> All { get; } = [.. Registered.Select(entry => entry.Description)];

    /// <summary>The algorithm of that exact name; null when there is none.</summary>
    public static OptimizerDescription? Find(string name) => All.FirstOrDefault(description => description.Name == name);

    /// <summary>An algorithm with its settings.</summary>
    /// <param name="settings">A JSON object of the settings in <see cref="OptimizerDescription.Settings"/>; null or empty takes every
    /// default.</param>
    /// <exception cref="OptimizerSettingsException">No algorithm of that name, or a setting that is unknown, mistyped or out of
    /// range.</exception>
    public static IOptimizer Create(string name, JsonObject? settings = null)
    {
        foreach (var (description, create) in Registered)
        {
            if (description.Name == name)
                return create(settings);
        }

        throw new OptimizerSettingsException(
            $"There is no algorithm '{name}'; there are {string.Join(", ", All.Select(description => description.Name))}.");
    }
}
