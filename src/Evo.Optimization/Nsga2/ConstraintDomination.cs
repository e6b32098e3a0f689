using System.Collections.Immutable;
using Evo.Optimization.Pareto;

namespace Evo.Optimization.Nsga2;

/// <summary>
/// Deb's constraint domination (2002, section VI), one class longer: feasible beats infeasible, infeasible beats invalid; among infeasible
/// ones the smaller violation wins, among feasible ones Pareto dominance decides, invalid ones are all alike.
/// </summary>
internal static class ConstraintDomination
{
    public static bool IsInvalid(Evaluated candidate) => candidate.Objectives is null;

    public static bool IsFeasible(Evaluated candidate) => candidate.Objectives is not null && candidate.Violation <= 0;

    /// <summary>Negative when the first is better, positive when the second is, 0 when neither.</summary>
    public static int Compare(Evaluated first, Evaluated second, ImmutableArray<Goal> goals)
    {
        var (class1, class2) = (Class(first), Class(second));
        if (class1 != class2)
            return class1.CompareTo(class2);
        return class1 switch
        {
            0 when Dominance.Dominates(first.Objectives!.Value.AsSpan(), second.Objectives!.Value.AsSpan(), goals) => -1,
            0 when Dominance.Dominates(second.Objectives!.Value.AsSpan(), first.Objectives!.Value.AsSpan(), goals) => 1,
            1 => first.Violation.CompareTo(second.Violation),
            _ => 0,
        };
    }

    private static int Class(Evaluated candidate) => IsInvalid(candidate) ? 2 : IsFeasible(candidate) ? 0 : 1;
}
