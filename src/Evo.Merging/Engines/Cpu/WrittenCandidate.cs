using System.Collections.Immutable;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>What an engine wrote into a candidate buffer, so that the next candidate costs only the tensors that differ.</summary>
/// <param name="SawPlan">For every tensor, whether its method looked at other tensors of the merge. One that does so undeclared is written when anything differs.</param>
internal sealed record WrittenCandidate(CpuMergeEngine Engine, ImmutableArray<PlannedTensor> Tensors, ImmutableArray<bool> SawPlan)
{
    /// <summary>Positions of the tensors that have to be written for a plan, all of them when nothing is known.</summary>
    public static int[] Stale(WrittenCandidate? written, MergePlan plan)
    {
        var all = Enumerable.Range(0, plan.Tensors.Length);
        if (written is null || written.Tensors.Length != plan.Tensors.Length)
            return [.. all];
        var differs = all.Select(index => Differs(written.Tensors[index], plan.Tensors[index])).ToArray();
        var any = differs.Contains(true);
        return [.. all.Where(index => differs[index] || (any && written.SawPlan[index] && !plan.Tensors[index].DependsOnPlan))];
    }

    /// <summary>Identity is by content: two recipes that give a tensor the same values have the same id.</summary>
    private static bool Differs(PlannedTensor left, PlannedTensor right) => !ReferenceEquals(left, right) && left.ValuesId != right.ValuesId;
}
