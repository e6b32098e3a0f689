using System.Collections.Immutable;
using Evo.Optimization.CmaEs;
using Evo.Optimization.Tests.Reference;

namespace Evo.Optimization.Tests.CmaEs;

public class TraceTests
{
    /// <summary>Candidates and values of two runs of pycma, told to our update: every number of the state must follow.</summary>
    [Theory]
    [InlineData("full-rosenbrock-4", 12)]
    [InlineData("full-rot_ellipsoid-5", 15)]
    public void The_update_reproduces_pycma(string name, int iterations)
    {
        var trace = Vectors.List("cma", "traces").Single(candidate => candidate!["name"]!.GetValue<string>() == name)!;
        var n = trace.Integer("n");
        var parameters = StrategyParameters.Create(n, trace.Integer("popsize"));
        ImmutableArray<double> initial = [.. trace.Rows("C0").SelectMany(row => row)];
        var distribution = SearchDistribution.Start([.. trace.Row("x0")], trace.Number("sigma0")) with
        {
            Covariance = initial,
            Eigensystem = Eigensystem.Decompose(initial, n),
        };

        var steps = trace["iterations"]!.AsArray();
        Assert.Equal(iterations, steps.Count);
        foreach (var expected in steps.Select(step => step!))
        {
            var values = expected.Row("f");
            var order = Enumerable.Range(0, values.Length).OrderBy(k => values[k]).ToArray();
            var ranking = Ranking.Of(parameters, order, (a, b) => values[a] == values[b]);
            distribution = DistributionUpdate.Apply(distribution, parameters, expected.Rows("X"), ranking);
            distribution = DistributionUpdate.RefreshEigensystem(distribution, parameters.EigenGap);

            Near.Equal(expected.Row("mean"), distribution.Mean, 1e-9, "mean");
            Near.Equal(expected.Number("sigma"), distribution.StepSize, 1e-9, "sigma");
            Near.Equal(expected.Row("ps"), distribution.StepPath, 1e-9, "ps");
            Near.Equal(expected.Row("pc"), distribution.CovariancePath, 1e-9, "pc");
            Near.Equal([.. expected.Rows("C").SelectMany(row => row)], distribution.Covariance, 1e-9, "C");
        }
    }
}
