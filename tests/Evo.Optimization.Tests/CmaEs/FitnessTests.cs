using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Tests.CmaEs;

public class FitnessTests
{
    [Fact]
    public void Feasible_by_value_then_infeasible_by_violation_then_invalid()
    {
        Evaluated[] fromBest =
        [
            new([], [-1]), new([], [5]), new([], [-100], Violation: 0.1), new([], [-200], Violation: 3), new([], null),
        ];
        var ranked = fromBest.Reverse().OrderBy(answer => Fitness.Of(answer, Goal.Minimize)).ToArray();
        Assert.Equal(fromBest, ranked);
    }

    [Fact]
    public void The_goal_turns_the_order_of_values()
    {
        Assert.True(Fitness.Of(new([], [2]), Goal.Maximize).CompareTo(Fitness.Of(new([], [1]), Goal.Maximize)) < 0);
        Assert.True(Fitness.Of(new([], [2]), Goal.Minimize).CompareTo(Fitness.Of(new([], [1]), Goal.Minimize)) > 0);
    }

    [Fact]
    public void Invalid_candidates_are_all_alike()
    {
        Assert.Equal(0, Fitness.Of(new([], null), Goal.Minimize).CompareTo(Fitness.Of(new([], null, Violation: 7), Goal.Minimize)));
    }
}
