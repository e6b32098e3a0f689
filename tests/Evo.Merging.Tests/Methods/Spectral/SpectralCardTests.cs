using Evo.Merging.Tests.Fixtures;
using MathNet.Numerics.LinearAlgebra;

namespace Evo.Merging.Tests.Methods.Spectral;

/// <summary>The golden fixture's rows and the worked numbers of the spectral methods' cards.</summary>
public sealed class SpectralCardTests
{
    private static readonly Matrix<double> X = SpectralScene.Rows([3, 1], [0, 1]);
    private static readonly Matrix<double> Y = SpectralScene.Rows([2, 0], [1, 2]);
    private static readonly Matrix<double> Zero = Matrix<double>.Build.Dense(2, 2);

    [Theory]
    [InlineData("tsv_m", "", .69472, .23955, .08716, 1.195, 1.22571, -.6656)]
    [InlineData("iso_c", "", 1.19812, -.14748, .14489, 1.18256, 1.03468, -.92021)]
    [InlineData("dc_merge", "smoothing: average, cover_density: 1", .77973, .17284, .06289, 1.1407, 1.16285, -.75872)]
    [InlineData("orthomerge", "", 1.05003, -.05087, .21087, 1.14003, .98917, -1.0109)]
    [InlineData("wudi", "stopping: exact", .9733, -.00428, .18323, 1.14884, 1.11754, -.88301)]
    [InlineData("wudi", "stopping_time: 2, direction_ratio: 1", 1.00182, .00617, .21631, 1.16981, 1.11274, -.88587)]
    [InlineData("wudi", "stopping_time: 2, direction_ratio: 0.5", 1.08838, .04554, .32718, 1.22023, 1.09686, -.8931)]
    public void Golden_fixture(string method, string parameters, params double[] merged)
    {
        using var scene = new SpectralScene(
            SpectralScene.Rows([1, 0], [0, 1], [1, -1]),
            SpectralScene.Rows([.3, -.1], [.05, .2], [0, .4]),
            SpectralScene.Rows([-.2, .12], [.25, .08], [.1, -.3]));
        SpectralScene.Near(Matrix<double>.Build.Dense(3, 2, (row, column) => merged[(2 * row) + column]), scene.Merge(method, parameters), 6e-6);
    }

    [Theory]
    [InlineData("tsv_m", "", 3.13344, -.16246, -.16246, 2.60770)]
    [InlineData("wudi", "stopping: exact", 2.74465, .13729, .25535, 1.86271)]
    [InlineData("wudi", "stopping_time: 300, direction_ratio: 0.5", 2.84855, -.07135, -.05049, 2.47689)]
    public void Two_tasks(string method, string parameters, params double[] merged)
    {
        using var scene = new SpectralScene(Zero, X, Y);
        SpectralScene.Near(Matrix<double>.Build.Dense(2, 2, (row, column) => merged[(2 * row) + column]), scene.Merge(method, parameters), 6e-6);
    }

    [Fact]
    public void Two_tasks_keep_their_singular_values()
    {
        using var scene = new SpectralScene(Zero, X, Y);
        var values = scene.Merge("tsv_m").Svd(false).S;
        Assert.Equal(3.17959, values[0], 5e-6);
        Assert.Equal(2.56155, values[1], 5e-6);
    }

    /// <summary>The card's J of the sum, the mean and the optimum.</summary>
    [Fact]
    public void Two_tasks_interfere_as_the_card_says()
    {
        using var scene = new SpectralScene(Zero, X, Y);
        double Interference(Matrix<double> merged) =>
            new[] { X, Y }.Sum(vector => Math.Pow(((merged - vector) * vector.Transpose()).FrobeniusNorm() / vector.FrobeniusNorm(), 2));
        Assert.Equal(13.131, Interference(scene.Merge("wudi", "stopping_time: 0")), 5e-4);
        Assert.Equal(1.495, Interference(scene.Merge("task_arithmetic", "lambda: 0.5")), 5e-4);
        Assert.Equal(1.341, Interference(scene.Merge("wudi", "stopping: exact")), 5e-4);
    }

    [Fact]
    public void Iso_c_gives_the_mean_singular_value()
    {
        using var scene = new SpectralScene(Zero, SpectralScene.Rows([3, 0], [0, 1]));
        SpectralScene.Near(SpectralScene.Rows([2, 0], [0, 2]), scene.Merge("iso_c"));
    }

    [Fact]
    public void Dc_merge_keeps_each_tasks_energy()
    {
        using var scene = new SpectralScene(Diagonal(0, 0, 0, 0), Diagonal(3, 1, 0, 0), Diagonal(0, 0, 2, .5));
        SpectralScene.Near(Diagonal(2, 2, 1.25, 1.25), scene.Merge("dc_merge", "smoothing: average, cover_density: 1"));
    }

    [Fact]
    public void Opposite_rotations_keep_the_mean_length_in_the_direction_of_their_sum()
    {
        var weights = SpectralScene.Values(5, 2, 1);
        using var scene = new SpectralScene(weights, (weights * Rotation(.5)) - weights, (weights * Rotation(-.3)) - weights);
        var angle = 2 * Math.Atan((Math.Tan(.25) + Math.Tan(.15)) / 2);
        Assert.Equal(.40, angle, 2);
        SpectralScene.Near(weights * Rotation(angle), scene.Merge("orthomerge", "residual_scale: 0"));
    }

    [Fact]
    public void A_rotation_alone_is_found_and_scaled_by_its_strength()
    {
        var weights = SpectralScene.Values(4, 2, 1);
        using var scene = new SpectralScene(weights, (weights * Rotation(.3)) - weights);
        SpectralScene.Near(weights * Rotation(.3), scene.Merge("orthomerge", "residual_scale: 0"));
        SpectralScene.Near(weights * Rotation(2 * Math.Atan(1.5 * Math.Tan(.15))), scene.Merge("orthomerge", "residual_scale: 0, rotation_strength: 1.5"));
    }

    [Fact]
    public void A_half_turn_has_no_generator_and_is_left_to_the_residual()
    {
        var weights = SpectralScene.Values(4, 2, 1);
        using var scene = new SpectralScene(weights, -2 * weights);
        SpectralScene.Near(-weights, scene.Merge("orthomerge"));
        SpectralScene.Near(weights, scene.Merge("orthomerge", "residual_scale: 0"));
    }

    private static Matrix<double> Rotation(double angle) =>
        SpectralScene.Rows([Math.Cos(angle), -Math.Sin(angle)], [Math.Sin(angle), Math.Cos(angle)]);

    private static Matrix<double> Diagonal(params double[] values) => Matrix<double>.Build.DenseOfDiagonalArray(values);
}
