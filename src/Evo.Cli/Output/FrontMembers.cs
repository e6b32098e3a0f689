using System.Collections.Immutable;
using Evo.Optimization;
using Evo.Optimization.Pareto;
using Evo.Search.Fronts;
using Evo.Search.Runs;

namespace Evo.Cli.Output;

/// <summary>Which members of a front a reader should look at.</summary>
internal static class FrontMembers
{
    /// <summary>At most <paramref name="most"/> members that together hold the most hypervolume, in the front's own order.</summary>
    public static ImmutableArray<FrontMember> Representatives(FrontDocument front, int most)
    {
        if (front.Members.Length <= most) return front.Members;
        return [.. ByVolume(front, most).Order().Select(index => front.Members[index])];
    }

    /// <summary>The member that holds the most hypervolume alone: a balanced choice, when one must be named.</summary>
    public static FrontMember? Balanced(FrontDocument front) =>
        front.Members.IsEmpty ? null : front.Members[ByVolume(front, 1)[0]];

    /// <summary>Ids of the members that dominate the uniform merge on the search items; empty when it could not be scored.</summary>
    public static ImmutableHashSet<string> DominatingUniform(FrontDocument front)
    {
        var uniform = front.Parents.FirstOrDefault(baseline => baseline is { Kind: "uniform", Invalid: null });
        if (uniform is null) return [];
        var goals = Goals(front);
        var values = Values(front, uniform.Objectives);
        return [.. front.Members.Where(member => Dominance.Dominates(Values(front, member.Objectives).AsSpan(), values.AsSpan(), goals)).Select(member => member.Id)];
    }

    private static ImmutableArray<int> ByVolume(FrontDocument front, int size) => HypervolumeSubset.Of(
        [.. front.Members.Select(member => Values(front, member.Objectives))], front.ReferencePoint, Goals(front), size);

    private static ImmutableArray<Goal> Goals(FrontDocument front) =>
        [.. front.Objectives.Where(objective => objective.ReportOnly is not true).Select(objective => objective.Goal)];

    private static ImmutableArray<double> Values(FrontDocument front, OrderedDictionary<string, ScoredValue> scores) =>
        [.. front.Objectives.Where(objective => objective.ReportOnly is not true).Select(objective => scores[objective.Name].Value)];
}
