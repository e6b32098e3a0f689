using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.Pareto;
using Evo.Optimization.Randomness;
using Evo.Optimization.Tests.Reference;

namespace Evo.Optimization.Tests.Pareto;

public class SortingAndCrowdingTests
{
    public static TheoryData<string> Sets => [.. Vectors.List("sorting_and_crowding").Select(set => set!["name"]!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Ranks_and_fronts_equal_the_reference(string name)
    {
        var (set, points) = Set(name);
        var goals = Vectors.AllMinimized(points[0].Length);
        Assert.Equal(set["rank"]!.AsArray().Select(rank => rank!.GetValue<int>()), NonDominatedSorting.Ranks(points, goals));
        Assert.Equal(
            set.Rows("fronts").Select(front => string.Join(' ', front)),
            NonDominatedSorting.Fronts(points, goals).Select(front => string.Join(' ', front)));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Crowding_distances_equal_the_reference(string name)
    {
        var (set, points) = Set(name);
        var fronts = set.Rows("fronts");
        var expected = set.Rows("crowding_per_front");
        for (var front = 0; front < fronts.Length; front++)
        {
            var distances = CrowdingDistance.Of([.. fronts[front].Select(member => points[(int)member])]);
            Near.Equal(expected[front], distances, 1e-12, $"{name} front {front}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Fronts_agree_with_peeling_by_definition(int objectives)
    {
        var stream = new RandomStream(11, "points", objectives);
        ImmutableArray<Goal> goals = [Goal.Maximize, .. Vectors.AllMinimized(objectives - 1)];
        // A coarse grid makes ties and duplicates common.
        ImmutableArray<ImmutableArray<double>> points =
        [
            .. Enumerable.Range(0, 150)
                .Select(_ => Enumerable.Range(0, objectives).Select(_ => (double)stream.NextInt(8)).ToImmutableArray()),
        ];
        var left = Enumerable.Range(0, points.Length).ToHashSet();
        foreach (var front in NonDominatedSorting.Fronts(points, goals))
        {
            var expected = left.Where(p => !left.Any(q => Dominance.Dominates(points[q].AsSpan(), points[p].AsSpan(), goals))).Order();
            Assert.Equal(expected, front);
            left.ExceptWith(front);
        }

        Assert.Empty(left);
    }

    [Fact]
    public void The_middle_of_three_is_as_crowded_as_its_neighbours_are_apart()
    {
        Assert.Equal<double>([double.PositiveInfinity, 1, double.PositiveInfinity], CrowdingDistance.Of([[0, 1], [0.5, 0.5], [1, 0]]));
    }

    private static (JsonNode Set, ImmutableArray<ImmutableArray<double>> Points) Set(string name)
    {
        var set = Vectors.List("sorting_and_crowding").Single(candidate => candidate!["name"]!.GetValue<string>() == name)!;
        return (set, set.Points("points"));
    }
}
