using Evo.Optimization.CmaEs;
using Evo.Optimization.Tests.Reference;

namespace Evo.Optimization.Tests.CmaEs;

public class StrategyParametersTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Vectors.List("cma", "parameters").Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equal_the_defaults_of_pycma(int index)
    {
        var expected = Vectors.List("cma", "parameters")[index]!;
        var actual = StrategyParameters.Create(expected.Integer("n"), expected.Integer("popsize"));
        Assert.Equal(expected.Integer("mu"), actual.Mu);
        Near.Equal(expected.Row("weights"), actual.Weights, 1e-9, "weights");
        Near.Equal(expected.Number("mueff"), actual.MuEff, 1e-9, "mueff");
        Near.Equal(expected.Number("cc"), actual.Cc, 1e-9, "cc");
        Near.Equal(expected.Number("c1"), actual.C1, 1e-9, "c1");
        Near.Equal(expected.Number("cmu"), actual.CMu, 1e-9, "cmu");
        Near.Equal(expected.Number("cs"), actual.Cs, 1e-9, "cs");
        Near.Equal(expected.Number("damps"), actual.Damps, 1e-9, "damps");
        // From n = 10 on the reference approximates by sqrt(n) (1 - 1/(4n) + 1/(26 n^2)); ours is the exact expectation everywhere.
        Near.Equal(expected.Number("chi_n"), actual.ChiN, actual.Dimension < 10 ? 1e-9 : 4e-5, "chi_n");
        Assert.Equal(Math.Max(1, (int)expected.Number("lazy_update_gap")), actual.EigenGap);
    }

    [Fact]
    public void The_default_population_grows_with_the_logarithm_of_the_dimension()
    {
        Assert.Equal([4, 6, 10, 17, 21], new[] { 1, 2, 10, 100, 400 }.Select(StrategyParameters.DefaultPopulation));
    }
}
