using System.Collections.Immutable;
using Evo.Optimization.Pareto;

namespace Evo.Optimization.Tests.Pareto;

public sealed class HypervolumeSubsetTests
{
    private static readonly ImmutableArray<Goal> Maximized = [Goal.Maximize, Goal.Maximize];

    // Areas from the origin: 0.10, 0.36, 0.09, 0.09.
    private static readonly ImmutableArray<double>[] Front = [[1.0, 0.1], [0.6, 0.6], [0.1, 0.9], [0.9, 0.1]];

    [Fact]
    public void The_largest_comes_first_and_each_next_one_adds_the_most() =>
        Assert.Equal([1, 0, 2], HypervolumeSubset.Of(Front, [0, 0], Maximized, 3).ToArray()); // (1, .1) adds .04, (.1, .9) adds .03

    [Fact]
    public void Asking_for_more_than_there_is_gives_all() =>
        Assert.Equal([1, 0, 2, 3], HypervolumeSubset.Of(Front, [0, 0], Maximized, 10).ToArray());

    [Fact]
    public void Nothing_stands_for_an_empty_front() => Assert.Empty(HypervolumeSubset.Of([], [0, 0], Maximized, 3));
}
