using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Tests.CmaEs;

public class DeviationLimitTests
{
    private static readonly SearchDistribution Start = SearchDistribution.Start([0.5, 0.5], 0.2) with
    {
        Covariance = [4, 0.5, 0.5, 1],
        CovariancePath = [1, 1],
    };

    [Fact]
    public void Within_the_limit_nothing_changes() => Assert.Same(Start, DeviationLimit.Apply(Start, 0.41));

    [Fact]
    public void One_wide_coordinate_is_narrowed_in_the_covariance_alone()
    {
        var limited = DeviationLimit.Apply(Start, 0.3); // deviations 0.4 and 0.2
        Assert.Equal(0.2, limited.StepSize);
        Assert.Equal(0.3, limited.Deviation(0), 1e-12);
        Assert.Equal(0.2, limited.Deviation(1), 1e-12);
        Assert.Equal<double>([0.75, 1], limited.CovariancePath.Select(p => Math.Round(p, 12)));
        Assert.Equal(0.5 * 0.75, limited.Covariance[1], 1e-12);

        // Samples follow at once: the longest axis is that of the new matrix.
        Assert.Equal(Eigensystem.Decompose(limited.Covariance, 2).Lengths.Max(), limited.Eigensystem.Lengths.Max());
    }

    [Fact]
    public void What_all_coordinates_exceed_is_taken_from_sigma()
    {
        var limited = DeviationLimit.Apply(Start, 0.1); // 4 and 2 times the limit
        Assert.Equal(0.1, limited.StepSize, 1e-12);
        Assert.Equal(1, limited.Covariance[3], 1e-12);
        Assert.Equal(0.1, limited.Deviation(0), 1e-12);
        Assert.Equal(0.1, limited.Deviation(1), 1e-12);
    }
}
