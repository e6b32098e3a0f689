using MathNet.Numerics.LinearAlgebra;

namespace Evo.Merging.Tests.Methods.Spectral;

/// <summary>Every spectral method on random matrices, tall, wide and square, beside an independent float64 implementation.</summary>
public sealed class AgreementTests
{
    private static readonly double[] Weights = [.7, 1.3, .4];

    public static TheoryData<int, int> Shapes => new() { { 29, 17 }, { 17, 29 }, { 24, 24 } };

    [Theory, MemberData(nameof(Shapes))]
    public void TsvM(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        var share = Math.Min(rows, columns) / 3;
        SpectralScene.Near(1.5 * ReferenceSpectral.TsvM(scene.TaskVectors, share, Weights), scene.TaskVector("tsv_m", "lambda: 1.5", Weights));
        SpectralScene.Near(ReferenceSpectral.TsvM(scene.TaskVectors, (int)Math.Round(share * .4), [1, 1, 1]), scene.TaskVector("tsv_m", "rank_fraction: 0.4"));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void RTsvM(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        var factors = ReferenceSpectral.OutlierShares(scene.TaskVectors, 1, -.7);
        SpectralScene.Near(
            ReferenceSpectral.TsvM(scene.TaskVectors, Math.Min(rows, columns) / 3, factors),
            scene.TaskVector("r_tsvm", "outlier_bound: 1, outlier_power: -0.7"));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void IsoC(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        SpectralScene.Near(ReferenceSpectral.IsoC(scene.TaskVectors, 1), scene.TaskVector("iso_c"));
        SpectralScene.Near(.5 * ReferenceSpectral.IsoC(scene.TaskVectors, .3), scene.TaskVector("iso_c", "flatness: 0.3, lambda: 0.5"));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void IsoCts(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        SpectralScene.Near(ReferenceSpectral.IsoCts(scene.TaskVectors, .8), scene.TaskVector("iso_cts"));
        SpectralScene.Near(ReferenceSpectral.IsoCts(scene.TaskVectors, .4), scene.TaskVector("iso_cts", "common_space_fraction: 0.4"));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void DcMerge(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        var share = Math.Min(rows, columns) / 3;
        SpectralScene.Near(
            ReferenceSpectral.DcMerge(scene.TaskVectors, share, values => values, .2), scene.TaskVector("dc_merge", "cover_density: 0.2"));
        SpectralScene.Near(
            .6 * ReferenceSpectral.DcMerge(scene.TaskVectors, share, Linear, 1), scene.TaskVector("dc_merge", "smoothing: linear, smoothing_ratio: 1.2, cover_density: 1, lambda: 0.6"));
        SpectralScene.Near(
            ReferenceSpectral.DcMerge(scene.TaskVectors, share, values => [.. values.Select(_ => values.Average())], 0), scene.TaskVector("dc_merge", "smoothing: average, cover_density: 0"));

        static double[] Linear(double[] values)
        {
            var first = Math.Min(1.2, values[0] / values[^1]);
            var line = values.Select((_, index) => first - ((first - 1) * index / (values.Length - 1))).ToArray();
            return Array.ConvertAll(line, share => share * values.Sum() / line.Sum());
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Wudi(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        var (curvature, pull) = ReferenceSpectral.Wudi(scene.TaskVectors);
        var sum = ReferenceSpectral.Sum(scene.TaskVectors);
        Matrix<double> Stopped(Matrix<double> start, Func<int, double, double> fraction) => ReferenceSpectral.Stopped(curvature, pull, start, fraction);
        SpectralScene.Near(Stopped(sum, (_, value) => 1 - Math.Exp(-300 * value)), scene.TaskVector("wudi", "stopping: swudi_soft"));
        SpectralScene.Near(
            Stopped(.5 * sum, (place, value) => place < Math.Ceiling(.6 * columns) ? 1 - Math.Exp(-20 * value) : 0),
            scene.TaskVector("wudi", "stopping_time: 20, direction_ratio: 0.6, start_scale: 0.5"));
        var roots = curvature.Evd(Symmetricity.Symmetric).EigenValues.Select(value => Math.Sqrt(Math.Max(0, value.Real))).ToArray();
        var taking = Math.Ceiling(roots.Sum() * roots.Sum() / roots.Sum(root => root * root));
        SpectralScene.Near(.7 * Stopped(sum, (place, _) => place < taking ? 1 : 0), scene.TaskVector("wudi", "stopping: aswudi, lambda: 0.7"));
        SpectralScene.Near(pull * curvature.PseudoInverse(), scene.TaskVector("wudi", "stopping: exact"), 1e-5);
    }

    [Fact]
    public void Wudi_by_Adam()
    {
        using var scene = SpectralScene.Random(9, 7, 3, size: .01);
        SpectralScene.Near(ReferenceSpectral.WudiByAdam(scene.TaskVectors), scene.TaskVector("wudi", "stopping: adam"), 1e-7);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void OptMerge(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        var sum = ReferenceSpectral.Sum(scene.TaskVectors);
        var full = ReferenceSpectral.OptMerge(scene.TaskVectors, Math.Min(rows, columns) / 3, isFull: true);
        SpectralScene.Near(
            ReferenceSpectral.Stopped(full.Curvature, full.Pull, sum, (place, value) => place < Math.Ceiling(.85 * columns) ? 1 - Math.Exp(-300 * value) : 0),
            scene.TaskVector("optmerge"));
        var low = ReferenceSpectral.OptMerge(scene.TaskVectors, (int)Math.Round(.2 * Math.Min(rows, columns)), isFull: false);
        SpectralScene.Near(
            ReferenceSpectral.Stopped(low.Curvature, low.Pull, sum / 3, (_, value) => value > 1e-8 ? 1 : 0),
            scene.TaskVector("optmerge", "experts: low_rank, truncation: 0.2, stopping: exact"), 1e-5);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Twin(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        SpectralScene.Near(
            ReferenceSpectral.Twin(scene.TaskVectors, .29, (int)(Math.Min(rows, columns) * .3), Weights), scene.TaskVector("twin", "rank_fraction: 0.3", Weights));
        SpectralScene.Near(
            ReferenceSpectral.Twin(scene.TaskVectors, .5, Math.Min(rows, columns), Weights), scene.TaskVector("twin", "rank_fraction: 1, shared_scale: 0.5", Weights));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void OrthoMerge(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        var (turned, rotations) = ReferenceSpectral.Turn(scene.Base, scene.Models, 1);
        var residuals = scene.Models.Zip(rotations, (model, rotation) => model - (scene.Base * rotation)).ToArray();
        SpectralScene.Near(turned + (ReferenceSpectral.Sum(residuals) / 3), scene.TaskVector("orthomerge"));
        SpectralScene.Near(
            ReferenceSpectral.Turn(scene.Base, scene.Models, .4).Turned + (.5 * ReferenceSpectral.TsvM(residuals, Math.Min(rows, columns) / 3, [1, 1, 1])),
            scene.TaskVector("orthomerge", "rotation_strength: 0.4, residual: tsv_m, residual_scale: 0.5"), 4e-6);
        SpectralScene.Near(turned + Ties(residuals, .3), scene.TaskVector("orthomerge", "residual: ties, residual_density: 0.3"));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void OrthoMerge_on_conflicts(int rows, int columns)
    {
        using var scene = SpectralScene.Random(rows, columns, 3);
        var mean = ReferenceSpectral.Sum(scene.TaskVectors) / 3;
        var targets = Array.ConvertAll(scene.TaskVectors, vector => scene.Base + ReferenceSpectral.ConflictingRows(vector, mean, .4));
        var (turned, rotations) = ReferenceSpectral.Turn(scene.Base, targets, 1);
        var residuals = scene.Models.Zip(rotations, (model, rotation) => model - (scene.Base * rotation)).ToArray();
        SpectralScene.Near(
            turned + (ReferenceSpectral.Sum(residuals) / 3), scene.TaskVector("orthomerge", "rotation_target: conflicts, conflict_threshold: 0.4"));
    }

    private static Matrix<double> Ties(Matrix<double>[] matrices, double density)
    {
        var kept = Array.ConvertAll(matrices, matrix =>
        {
            var bound = matrix.Enumerate().Select(Math.Abs).OrderDescending().ElementAt((int)(density * matrix.RowCount * matrix.ColumnCount) - 1);
            return matrix.Map(value => Math.Abs(value) >= bound ? value : 0);
        });
        var signs = ReferenceSpectral.Sum(kept);
        return Matrix<double>.Build.Dense(signs.RowCount, signs.ColumnCount, (row, column) => kept
            .Select(matrix => matrix[row, column]).Where(value => value != 0 && value > 0 == signs[row, column] > 0).DefaultIfEmpty().Average());
    }
}
