using System.Collections.Immutable;
using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Tests.CmaEs;

public class StoppingRulesTests
{
    private const int Dimension = 4, Population = 8;
    private static readonly double[] Spread = [1, 2, 3, 4, 5, 6, 7, 8];

    private static CmaEsRun Fresh { get; } = CmaEsRun.Start([0.5, 0.5, 0.5, 0.5], 0.3, Population);

    [Fact]
    public void A_fresh_run_goes_on() => Assert.Null(Check(Fresh));

    [Fact]
    public void Conditioncov_ends_a_run_whose_covariance_has_degenerated()
    {
        Assert.Null(Check(WithDiagonal(1, 1, 1, 1e-13)));
        Assert.StartsWith("conditioncov", Check(WithDiagonal(1, 1, 1, 1e-15)));
    }

    [Fact]
    public void Numerics_end_a_run_whose_covariance_is_not_definite_or_not_finite()
    {
        Assert.StartsWith("numerics", Check(WithDiagonal(1, 1, 1, -1)));
        Assert.StartsWith("numerics", Check(WithDiagonal(1, 1, 1, double.NaN)));
    }

    [Fact]
    public void Tolx_ends_a_run_when_all_steps_are_tiny()
    {
        Assert.StartsWith("tolx", Check(With(d => d with { StepSize = 2e-13 })));
        Assert.Null(Check(With(d => d with { StepSize = 1e-11 })));

        // One long path coordinate is enough to go on.
        Assert.Null(Check(With(d => d with { StepSize = 2e-13, CovariancePath = [0, 0, 10, 0] })));
    }

    [Fact]
    public void Tolxup_ends_a_run_that_runs_away() =>
        Assert.StartsWith("tolxup", Check(With(d => d with { StepSize = 0.3 * 10_001 })));

    [Fact]
    public void No_effect_ends_a_run_at_the_resolution_of_the_numbers()
    {
        Assert.StartsWith("noeffectcoord", Check(With(d => d with { Mean = [1e6, 0, 0, 0], StepSize = 1e-10, Iteration = 1 })));
        Assert.StartsWith("noeffectaxis", Check(With(d => d with { Mean = [1e6, 0, 0, 0], StepSize = 1e-10, Iteration = 0 })));
    }

    [Fact]
    public void Maxiter_ends_a_run_at_its_limit()
    {
        Assert.Equal(100 + (int)(150 * 49 / Math.Sqrt(8)), Fresh.GenerationLimit);
        Assert.StartsWith("maxiter", Check(Fresh with { Generations = Fresh.GenerationLimit }));
    }

    [Fact]
    public void Tolfun_needs_a_flat_generation_at_the_end_of_a_flat_stretch()
    {
        double[] flat = [.. Enumerable.Repeat(0.75, Population)];
        var window = RunHistory.ShortWindow(Fresh.Parameters);
        Assert.Equal(10 + 15, window);
        Assert.Null(Check(Fresh with { History = History(window - 1, _ => 0.75) }, flat));
        Assert.Null(Check(Fresh with { History = History(window, _ => 0.75) }, Spread));
        Assert.Null(Check(Fresh with { History = History(window, g => g == 0 ? 0.7 : 0.75) }, flat));
        Assert.StartsWith("tolfun", Check(Fresh with { History = History(window, _ => 0.75) }, flat));
    }

    [Fact]
    public void Invalid_generations_are_not_called_flat()
    {
        double[] invalid = [.. Enumerable.Repeat(double.PositiveInfinity, Population)];
        Assert.Null(Check(Fresh with { History = History(30, _ => double.PositiveInfinity) }, invalid));
    }

    [Fact]
    public void Stagnation_needs_a_long_stretch_without_progress_in_best_and_median()
    {
        var window = RunHistory.LongWindow(Fresh.Parameters);
        Assert.Equal(120 + 15, window);
        Assert.Null(Check(Fresh with { History = History(window - 1, g => g % 2) }));
        Assert.Null(Check(Fresh with { History = History(window, g => -g) }));
        Assert.StartsWith("stagnation", Check(Fresh with { History = History(window, g => g % 2) }));
        var bestStillFalls = History(window, g => g % 2) with { Best = History(window, g => -g).Best };
        Assert.Null(Check(Fresh with { History = bestStillFalls }));
    }

    [Fact]
    public void History_reaches_back_a_fifth_of_the_run_but_no_further()
    {
        var history = RunHistory.Empty;
        for (var generation = 1; generation <= 2000; generation++)
            history = history.Append([generation, 0, generation, generation], generation, Fresh.Parameters);
        Assert.Equal(400, history.Best.Length);
        Assert.Equal((1601.0, 2000.0), (history.Median[0], history.Median[^1]));
        Assert.All(history.Best, best => Assert.Equal(0, best));
    }

    private static string? Check(CmaEsRun run, double[]? values = null) => StoppingRules.Check(run, values ?? Spread, new CmaEsSettings());

    private static CmaEsRun With(Func<SearchDistribution, SearchDistribution> change) =>
        Fresh with { Distribution = change(Fresh.Distribution) };

    private static CmaEsRun WithDiagonal(params double[] variances)
    {
        var covariance = new double[Dimension * Dimension];
        for (var i = 0; i < Dimension; i++)
            covariance[(i * Dimension) + i] = variances[i];
        var matrix = ImmutableArray.Create(covariance);
        return With(d => d with { Covariance = matrix, Eigensystem = Eigensystem.Decompose(matrix, Dimension) });
    }

    private static RunHistory History(int generations, Func<int, double> value)
    {
        ImmutableArray<double> values = [.. Enumerable.Range(0, generations).Select(value)];
        return new RunHistory(values, values);
    }
}
