using Evo.Optimization.Nsga2;
using Evo.Optimization.Randomness;
using Evo.Optimization.Tests.Reference;

namespace Evo.Optimization.Tests.Nsga2;

public class VariationTests
{
    private static readonly OptimizationProblem Problem = new(
        [.. Enumerable.Repeat(new Variable(-1, 3), 40)], [Goal.Minimize, Goal.Minimize]);

    [Fact]
    public void Crossover_gives_the_children_of_the_reference()
    {
        Assert.Equal(40, Vectors.List("variation", "sbx").Count);
        foreach (var check in Vectors.List("variation", "sbx").Select(check => check!))
        {
            var (low, high) = SimulatedBinaryCrossover.Children(
                check.Number("p1"), check.Number("p2"), check.Number("lo"), check.Number("hi"), check.Number("eta"), check.Number("u"));
            Near.Equal(check.Number("child_low"), low, 1e-9, "low");
            Near.Equal(check.Number("child_high"), high, 1e-9, "high");
        }
    }

    [Fact]
    public void Mutation_gives_the_values_of_the_reference()
    {
        Assert.Equal(40, Vectors.List("variation", "polynomial_mutation").Count);
        foreach (var check in Vectors.List("variation", "polynomial_mutation").Select(check => check!))
        {
            var y = PolynomialMutation.Mutate(
                check.Number("x"), check.Number("lo"), check.Number("hi"), check.Number("eta"), check.Number("u"));
            Near.Equal(check.Number("y"), y, 1e-9, "y");
        }
    }

    [Fact]
    public void Mutation_at_one_half_changes_nothing_and_stays_inside_at_the_extremes()
    {
        Assert.Equal(0.3, PolynomialMutation.Mutate(0.3, 0, 1, 20, 0.5), 1e-15);
        Assert.Equal(0, PolynomialMutation.Mutate(0.3, 0, 1, 20, 0));
        Assert.Equal(1, PolynomialMutation.Mutate(0.3, 0, 1, 20, 1), 1e-15);
    }

    [Fact]
    public void Crossed_variables_keep_the_sum_of_their_parents_away_from_bounds_and_half_of_them_change()
    {
        var stream = new RandomStream(1, "sbx");
        var changed = 0;
        for (var pair = 0; pair < 200; pair++)
        {
            double[] first = [.. Enumerable.Repeat(0.9, 40)], second = [.. Enumerable.Repeat(1.1, 40)];
            SimulatedBinaryCrossover.Cross(first, second, Problem, new Nsga2Settings(), stream);
            Assert.All(first.Zip(second), children => Assert.Equal(2, children.First + children.Second, 1e-9));
            changed += first.Count(value => value != 0.9);
        }

        Assert.InRange(changed / 8000.0, 0.40, 0.50); // 0.9 of pairs times 0.5 of variables
    }

    [Fact]
    public void One_variable_in_n_mutates_in_nine_of_ten_individuals()
    {
        var stream = new RandomStream(1, "pm");
        var changed = 0;
        for (var individual = 0; individual < 2000; individual++)
        {
            double[] point = [.. Enumerable.Repeat(1.0, 40)];
            PolynomialMutation.Mutate(point, Problem, new Nsga2Settings(), stream);
            changed += point.Count(value => value != 1.0);
        }

        Assert.InRange(changed / 2000.0, 0.83, 0.97);
    }
}
