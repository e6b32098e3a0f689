using System.Collections.Immutable;

namespace Evo.Search.Spaces;

/// <summary>What can be measured of a candidate's weights without running it.</summary>
public static class Measures
{
    /// <summary>Mean absolute difference between the candidate's and the base model's parameters, over all elements of all tensors that both have.</summary>
    public const string TaskVectorL1 = "task_vector_l1";

    /// <summary>Share of the candidate's tensors whose norm is below half the smallest or above one and a half times the largest of its parents' norms.</summary>
    public const string UnhealthyTensors = "unhealthy_tensors";

    public static ImmutableArray<string> All { get; } = [TaskVectorL1, UnhealthyTensors];
}
