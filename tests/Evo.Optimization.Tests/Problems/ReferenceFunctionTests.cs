using Evo.Optimization.Benchmarks.Problems;
using Evo.Optimization.Tests.Reference;

namespace Evo.Optimization.Tests.Problems;

/// <summary>The benchmark functions and start points are the reference's, so that evaluation counts can be compared at all.</summary>
public class ReferenceFunctionTests
{
    [Fact]
    public void Start_points_are_bit_equal()
    {
        var rng = Vectors.All["rng"]!;
        Assert.Equal(rng.Row("start_point_n5_run0"), SplitMix64.StartPoint(5, 0));
        Assert.Equal(rng.Row("start_point_n10_run3"), SplitMix64.StartPoint(10, 3));
        Assert.Equal(rng.Row("start_point_box_n5_run0"), SplitMix64.BoxStartPoint(5, 0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(10)]
    public void Rotations_are_bit_equal(int n) => Assert.Equal(Vectors.All["rotations"]!.Rows($"{n}"), SplitMix64.Rotation(n));

    [Theory]
    [InlineData("single")]
    [InlineData("box")]
    public void Single_objective_functions_agree(string part)
    {
        foreach (var check in Vectors.List("functions", part))
        {
            foreach (var (name, expected) in check!["f"]!.AsObject())
                Near.Equal(expected!.GetValue<double>(), SingleObjective.Create(name, check.Integer("n"))(check.Row("x")), 1e-12, name);
        }
    }

    [Fact]
    public void Zdt_problems_agree()
    {
        foreach (var check in Vectors.List("functions", "multi"))
        {
            var problem = new Zdt(check!["problem"]!.GetValue<string>(), check.Integer("n"), 0);
            foreach (var (x, f) in check.Points("X").Zip(check.Rows("F")))
                Near.Equal(f, problem.Evaluate(x), 1e-12, problem.Name);
        }
    }
}
