using Evo.Search.Spaces;
using Evo.Search.Spaces.Genomes;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Search.Tests.Spaces;

public sealed class GeneScaleTests
{
    [Theory]
    [InlineData(0, 1.5, 0.5)]
    [InlineData(0, 1.5, 1)]
    [InlineData(-0.5, 1.5, 0)]
    [InlineData(0.05, 1, 0.05)]
    [InlineData(0.05, 1, 1)]
    [InlineData(0.2, 2, 0.3)]
    public void Round_values_are_met_exactly(double lower, double upper, double value)
    {
        var gene = Real(lower, upper);
        Assert.Equal(value, GeneScale.FromUnit(gene, GeneScale.ToUnit(gene, value)));
    }

    [Fact]
    public void Points_closer_than_the_grid_are_one_value()
    {
        var gene = Real(0, 1);
        Assert.Equal(0.4321, GeneScale.FromUnit(gene, 0.43212345));
        Assert.Equal(0.4321, GeneScale.FromUnit(gene, 0.43208765));
        Assert.NotEqual(0.4321, GeneScale.FromUnit(gene, 0.4323));
    }

    [Fact]
    public void A_logarithmic_gene_has_its_geometric_middle_in_the_middle()
    {
        var gene = Real(1e-6, 1e-2) with { Log = true };
        Assert.Equal(1e-4, GeneScale.FromUnit(gene, 0.5));
        Assert.Equal([1e-6, 1e-2], [GeneScale.FromUnit(gene, 0), GeneScale.FromUnit(gene, 1)]);
        Assert.Equal(0.75, GeneScale.ToUnit(gene, 1e-3), 12);
    }

    [Fact]
    public void Integers_have_bins_of_equal_width()
    {
        var gene = Real(2, 5) with { Integer = true };
        var counts = Enumerable.Range(0, 4000).Select(i => GeneScale.FromUnit(gene, (i + 0.5) / 4000)).CountBy(value => value).OrderBy(pair => pair.Key);
        Assert.Equal([new(2, 1000), new(3, 1000), new(4, 1000), new(5, 1000)], counts);
        Assert.Equal(5, GeneScale.FromUnit(gene, 1));
        Assert.Equal(0.125, GeneScale.ToUnit(gene, 2));
    }

    [Fact]
    public void Choices_have_bins_of_equal_width()
    {
        var gene = new Gene("merge_method", 0, 2, null, false, false, ["ties", "dare_ties", "linear"]);
        Assert.Equal([0, 0, 1, 1, 2, 2], new[] { 0, 0.33, 0.34, 0.66, 0.67, 1 }.Select(unit => GeneScale.FromUnit(gene, unit)));
        Assert.Equal(0.5, GeneScale.ToUnit(gene, 1));
    }

    [Fact]
    public void Logarithmic_integers_are_all_reachable()
    {
        var gene = Real(1, 64) with { Integer = true, Log = true };
        var values = Enumerable.Range(0, 10_001).Select(i => GeneScale.FromUnit(gene, i / 10_000.0)).Distinct();
        Assert.Equal(Enumerable.Range(1, 64).Select(i => (double)i), values);
    }

    [Fact]
    public void Units_and_values_are_inverse_and_stay_inside_for_any_range()
    {
        var gene =
            from exponent in Gen.Choose(-8, 8)
            from low in Gen.Choose(-1000, 1000)
            from width in Gen.Choose(1, 5000)
            from kind in Gen.Choose(0, 3)
            let scale = Math.Pow(10, exponent)
            let integer = kind is 1 or 3
            let log = kind >= 2
            let lower = integer ? low : low * scale
            let positive = log ? Math.Abs(lower) + (integer ? 1 : scale) : lower
            select new Gene("g", positive, positive + (integer ? width : width * scale), null, log, integer, []);
        Prop.ForAll(Arb.From(gene), Arb.From(Gen.Choose(0, 1_000_000)), (g, millionth) =>
        {
            var value = GeneScale.FromUnit(g, millionth / 1e6);
            Assert.InRange(value, g.Lower, g.Upper);

            var again = GeneScale.FromUnit(g, GeneScale.ToUnit(g, value));
            Assert.Equal(value, again);
            if (!g.Integer)
                Assert.InRange(Math.Abs(GeneScale.ToUnit(g, value) - (millionth / 1e6)), 0, 1e-4);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(-3, 0)]
    [InlineData(7, 1)]
    public void Points_outside_are_pulled_in(double unit, double expected) => Assert.Equal(expected, GeneScale.FromUnit(Real(0, 1), unit));

    [Fact]
    public void Not_a_number_is_refused() => Assert.Throws<ArgumentException>(() => GeneScale.FromUnit(Real(0, 1), double.NaN));

    private static Gene Real(double lower, double upper) => new("g", lower, upper, null, false, false, []);
}
