using System.Collections.Immutable;
using Evo.Optimization;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>
/// The point that a run's hypervolume is measured against. It is fixed once, before the first generation, and stored, so that the
/// hypervolume of one run never falls and runs of one search can be compared: for a maximised share (accuracy, exact match, F1: values in
/// [0, 1]) it is 0; for everything else it is the worst value that a baseline (base, parent, uniform merge) has on the search items.
/// </summary>
internal static class ReferencePoint
{
    /// <param name="baselines">Scores of the valid baselines, by subject.</param>
    /// <exception cref="RunException">No baseline has a value for an objective that needs one.</exception>
    public static ImmutableArray<double> From(
        IEnumerable<SearchObjective> objectives, IReadOnlyCollection<IReadOnlyDictionary<string, ScoredValue>> baselines) =>
        [.. objectives.Where(objective => !objective.Description.ReportOnly).Select(objective => Worst(objective, baselines))];

    private static double Worst(SearchObjective objective, IReadOnlyCollection<IReadOnlyDictionary<string, ScoredValue>> baselines)
    {
        var (name, goal) = (objective.Description.Name, objective.Description.Goal);
        if (objective.IsShare && goal == Goal.Maximize)
            return 0;

        var values = baselines.Where(scores => scores.ContainsKey(objective.Description.Subject))
            .Select(scores => scores[objective.Description.Subject].Value).ToList();
        if (values.Count == 0)
            throw new RunException(RunProblem.Environment,
                $"objective '{name}': none of the base, the parents and the uniform merge could be scored, "
                + "so there is nothing to measure progress against.");
        return goal == Goal.Maximize ? values.Min() : values.Max();
    }
}
