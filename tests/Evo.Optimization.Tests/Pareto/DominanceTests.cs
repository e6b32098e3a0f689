using System.Collections.Immutable;
using Evo.Optimization.Pareto;

namespace Evo.Optimization.Tests.Pareto;

public class DominanceTests
{
    private static readonly ImmutableArray<Goal> LossAndAccuracy = [Goal.Minimize, Goal.Maximize];

    [Fact]
    public void Better_in_one_and_no_worse_in_the_other_dominates()
    {
        Assert.True(Dominance.Dominates([1, 0.5], [2, 0.5], LossAndAccuracy));
        Assert.True(Dominance.Dominates([1, 0.6], [1, 0.5], LossAndAccuracy));
    }

    [Fact]
    public void A_trade_off_or_an_equal_point_does_not()
    {
        Assert.False(Dominance.Dominates([1, 0.4], [2, 0.5], LossAndAccuracy));
        Assert.False(Dominance.Dominates([1, 0.5], [1, 0.5], LossAndAccuracy));
        Assert.False(Dominance.Dominates([2, 0.5], [1, 0.5], LossAndAccuracy));
    }

    [Fact]
    public void The_goal_decides_the_direction()
    {
        Assert.True(Dominance.Dominates([1], [2], [Goal.Minimize]));
        Assert.True(Dominance.Dominates([2], [1], [Goal.Maximize]));
    }
}
