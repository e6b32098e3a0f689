namespace Evo.Optimization.CmaEs;

internal enum FitnessClass
{
    Feasible,
    Infeasible,
    Invalid,
}

/// <summary>
/// Where a candidate stands in the one order that CMA-ES needs: feasible ones by value, then infeasible ones by violation, then
/// invalid ones, all alike. No penalty is added to any value.
/// </summary>
/// <param name="Key">The minimised value or the violation; 0 when invalid.</param>
internal readonly record struct Fitness(FitnessClass Class, double Key) : IComparable<Fitness>
{
    /// <summary>The value for the stopping rules: infinite unless feasible.</summary>
    public double MinimizedValue => Class == FitnessClass.Feasible ? Key : double.PositiveInfinity;

    public static Fitness Of(Evaluated answer, Goal goal)
    {
        if (answer.Objectives is not { } objectives)
            return new Fitness(FitnessClass.Invalid, 0);
        return answer.Violation > 0
            ? new Fitness(FitnessClass.Infeasible, answer.Violation)
            : new Fitness(FitnessClass.Feasible, goal == Goal.Minimize ? objectives[0] : -objectives[0]);
    }

    public int CompareTo(Fitness other) => Class != other.Class ? Class.CompareTo(other.Class) : Key.CompareTo(other.Key);
}
