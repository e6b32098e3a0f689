using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Optimization.Pareto;
using Evo.Optimization.Tests.Reference;

namespace Evo.Optimization.Tests.Pareto;

public class HypervolumeTests
{
    public static TheoryData<string> Sets => [.. Vectors.List("hypervolume").Select(set => set!["name"]!.GetValue<string>())];

    [Fact]
    public void There_are_25_exact_sets() => Assert.Equal(25, Sets.Count);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Equals_the_exact_rational_value(string name)
    {
        var set = Set(name);
        var expected = set["hv_exact_numerator"] is null
            ? set.Number("hv")
            : double.Parse(set["hv_exact_numerator"]!.GetValue<string>(), CultureInfo.InvariantCulture)
                / double.Parse(set["hv_exact_denominator"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        var reference = set.Row("ref");
        var actual = Hypervolume.Of(set.Points("points"), [.. reference], Vectors.AllMinimized(reference.Length));
        Near.Equal(expected, actual, 1e-12, name);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Maximising_the_negated_points_gives_the_same(string name)
    {
        var set = Set(name);
        var reference = set.Row("ref");
        ImmutableArray<Goal> goals = [Goal.Maximize, .. Vectors.AllMinimized(reference.Length - 1)];
        ImmutableArray<ImmutableArray<double>> flipped = [.. set.Points("points").Select(point => point.SetItem(0, -point[0]))];
        var actual = Hypervolume.Of(flipped, [-reference[0], .. reference[1..]], goals);
        Near.Equal(set.Number("hv"), actual, 1e-12, name);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Contributions_equal_what_leaving_one_out_loses(string name)
    {
        var set = Set(name);
        if (set["contributions_of_nondominated"] is null)
            return;
        var reference = set.Row("ref");
        var actual = Hypervolume.Contributions(
            set.Points("nondominated_inside"), [.. reference], Vectors.AllMinimized(reference.Length));
        Near.Equal(set.Row("contributions_of_nondominated"), actual, 1e-9, name);
    }

    [Fact]
    public void Small_worked_examples_in_two_three_and_four_objectives()
    {
        Assert.Equal(6, Hypervolume.Of([[1, 3], [2, 2], [3, 1]], [4, 4], Vectors.AllMinimized(2)));
        Assert.Equal(13, Hypervolume.Of([[1, 2, 3], [2, 3, 1], [3, 1, 2]], [4, 4, 4], Vectors.AllMinimized(3)));
        Assert.Equal(36, Hypervolume.Of([[1, 2, 3, 1], [2, 3, 1, 2], [3, 1, 2, 3], [2, 2, 2, 1]], [4, 4, 4, 4], Vectors.AllMinimized(4)));
        Assert.Equal(3, Hypervolume.Of([[2], [1], [7]], [4], [Goal.Minimize]));
    }

    [Fact]
    public void Points_on_or_beyond_the_reference_count_nothing()
    {
        Assert.Equal(0, Hypervolume.Of([[4, 1], [1, 5]], [4, 4], Vectors.AllMinimized(2)));
        Assert.Equal(0, Hypervolume.Of([], [4, 4], Vectors.AllMinimized(2)));
    }

    [Fact]
    public void Contributions_of_dominated_outside_and_repeated_points_are_zero()
    {
        var contributions = Hypervolume.Contributions(
            [[1, 3], [3, 1], [3, 1], [2, 3.5], [0, 9], [2, 2]], [4, 4], Vectors.AllMinimized(2));
        Assert.Equal<double>([1, 0, 0, 0, 0, 1], contributions);
    }

    [Fact]
    public void NaN_is_refused() =>
        Assert.Throws<ArgumentException>(() => Hypervolume.Of([[1, double.NaN]], [4, 4], Vectors.AllMinimized(2)));

    private static JsonNode Set(string name) => Vectors.List("hypervolume").Single(set => set!["name"]!.GetValue<string>() == name)!;
}
