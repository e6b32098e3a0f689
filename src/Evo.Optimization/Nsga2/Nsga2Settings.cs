using System.Text.Json.Nodes;
using Evo.Optimization.Settings;

namespace Evo.Optimization.Nsga2;

/// <param name="Population">Candidates in a generation, and survivors.</param>
/// <param name="CrossoverEta">Distribution index of the crossover: larger keeps children nearer their parents.</param>
/// <param name="CrossoverProbability">Of a pair to be crossed at all.</param>
/// <param name="MutationEta">Distribution index of the mutation: larger makes smaller steps.</param>
/// <param name="MutationProbability">Of an individual to be mutated at all.</param>
internal sealed record Nsga2Settings(
    int Population = 100,
    double CrossoverEta = 15,
    double CrossoverProbability = 0.9,
    double MutationEta = 20,
    double MutationProbability = 0.9)
{
    public static OptimizerDescription Description { get; } = new(
        Nsga2Optimizer.AlgorithmName,
        "Non-dominated sorting genetic algorithm II: a front of trade-offs for two or three objectives; "
            + "with one objective a plain genetic algorithm.",
        ManyObjectives: true,
        [
            new("population", SettingKind.Integer, "100", "Candidates in a generation, and survivors.", 4, 100_000),
            new("crossover_eta", SettingKind.Number, "15", "Larger keeps children nearer their parents.", 0, 1000),
            new("crossover_probability", SettingKind.Number, "0.9", "Of a pair to be crossed.", 0, 1),
            new("mutation_eta", SettingKind.Number, "20", "Larger makes smaller mutations.", 0, 1000),
            new("mutation_probability", SettingKind.Number, "0.9", "Of an individual to be mutated; then each gene with 1/n.", 0, 1),
        ]);

    public static Nsga2Settings Read(JsonObject? json)
    {
        var reader = new SettingsReader(Description, json);
        var defaults = new Nsga2Settings();
        return new Nsga2Settings(
            reader.Integer("population") ?? defaults.Population,
            reader.Number("crossover_eta") ?? defaults.CrossoverEta,
            reader.Number("crossover_probability") ?? defaults.CrossoverProbability,
            reader.Number("mutation_eta") ?? defaults.MutationEta,
            reader.Number("mutation_probability") ?? defaults.MutationProbability);
    }

    /// <summary>The settings as <see cref="Read"/> takes them.</summary>
    public JsonObject Write() => new()
    {
        ["population"] = Population,
        ["crossover_eta"] = CrossoverEta,
        ["crossover_probability"] = CrossoverProbability,
        ["mutation_eta"] = MutationEta,
        ["mutation_probability"] = MutationProbability,
    };
}
