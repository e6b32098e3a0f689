using System.Collections.Immutable;

namespace Evo.Search.Spaces;

/// <summary>What can be measured of a candidate's weights without running it.</summary>
public static class Measures
{
    /// <summary>Mean absolute difference between the candidate's and the base model's parameters, over all elements of all tensors that both have.</summary>
    public const string TaskVectorL1 = "task_vector_l1";

    public static ImmutableArray<string> All { get; } = [TaskVectorL1];
}
