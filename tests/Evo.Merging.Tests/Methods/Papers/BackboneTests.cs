using Evo.Merging.Tests.Fixtures;
using Evo.Merging.Tests.Methods.Spectral;
using MathNet.Numerics.LinearAlgebra;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Cards B15 and B19: task masks on a backbone that a spectral method merges, beside independent float64 references of both.</summary>
public sealed class BackboneTests
{
    public static TheoryData<string> Spectral => ["tsv_m", "iso_c", "iso_cts", "dc_merge", "wudi", "optmerge"];

    [Theory, MemberData(nameof(Spectral))]
    public void Masks_stand_on_the_merged_matrix(string backbone)
    {
        foreach (var (rows, columns) in new[] { (29, 17), (17, 29) })
        {
            using var scene = SpectralScene.Random(rows, columns, 3);
            var vectors = Array.ConvertAll(scene.TaskVectors, Flat);
            var merged = Flat(Merged(backbone, scene.TaskVectors));
            Near.Equal(merged, Floats(scene.TaskVector("mergevla", $"backbone: {backbone}")), 3e-6);
            Near.Equal(merged, Floats(scene.TaskVector("consensus", $"backbone: {backbone}, consensus_k: 0")), 3e-6);
            Near.Equal(
                PaperReferences.Consensus(vectors, merged, [.4, .4, .4], 2), Floats(scene.TaskVector("consensus", $"backbone: {backbone}")), 3e-6);
            for (var task = 0; task < 3; task++)
                Near.Equal(
                    PaperReferences.TallTask(vectors, merged, task, .6), Floats(scene.TaskVector("mergevla", $"backbone: {backbone}, task: {task + 1}")), 3e-6);
        }
    }

    [Fact]
    public void Weights_count_where_the_backbone_takes_them()
    {
        using var scene = SpectralScene.Random(12, 9, 3);
        double[] weights = [.7, 1.3, .4];
        SpectralScene.Near(ReferenceSpectral.TsvM(scene.TaskVectors, 3, weights), scene.TaskVector("mergevla", "backbone: tsv_m", weights));
        Assert.Contains("'weight'", Assert.Throws<RecipeException>(() => scene.TaskVector("mergevla", "backbone: wudi", weights)).Message, StringComparison.Ordinal);
    }

    /// <summary>Norms have no singular vectors, and WUDI would leave them to the base: under masks all backbones average them.</summary>
    [Theory, MemberData(nameof(Spectral))]
    public void What_is_no_matrix_of_a_layer_is_averaged(string backbone)
    {
        using var models = new SeveralTensors(2, 3);
        var merged = models.Scene.Merge(models.Recipe("mergevla", $"backbone: {backbone}"), workers: 2);
        foreach (var name in new[] { Names.Norm(0), Names.FinalNorm })
            Near.Equal([.. models.Base[name].Select((start, i) => start + models.VectorsOf(name).Average(vector => vector[i]))], merged[name], 1e-6);
    }

    [Theory]
    [InlineData("consensus", "backbone")]
    [InlineData("mergevla", "backbone")]
    [InlineData("bmm", "anchor")]
    public void Factors_that_are_kept_are_counted(string method, string parameter)
    {
        using var models = new SeveralTensors(1, 3);
        long Prepared(string recipe) => models.Scene.Plan(recipe).Estimate.PreparedBytes;
        Assert.Equal(Prepared(models.Recipe("tsv_m", "")), Prepared(models.Recipe(method, $"{parameter}: tsv_m")));
        Assert.Equal(0, Prepared(models.Recipe(method, $"{parameter}: ties")));
    }

    /// <summary>The merged task vector at the method's own defaults.</summary>
    internal static Matrix<double> Merged(string method, Matrix<double>[] vectors)
    {
        var share = Math.Min(vectors[0].RowCount, vectors[0].ColumnCount) / vectors.Length;
        switch (method)
        {
            case "tsv_m":
                return ReferenceSpectral.TsvM(vectors, share, [.. vectors.Select(_ => 1.0)]);
            case "iso_c":
                return ReferenceSpectral.IsoC(vectors, 1);
            case "iso_cts":
                return ReferenceSpectral.IsoCts(vectors, .8);
            case "dc_merge":
                return ReferenceSpectral.DcMerge(vectors, share, values => values, 1e-3);
            default:
                var (curvature, pull) = method == "wudi" ? ReferenceSpectral.Wudi(vectors) : ReferenceSpectral.OptMerge(vectors, share, isFull: true);
                var leaving = Math.Ceiling(.85 * vectors[0].ColumnCount);
                return ReferenceSpectral.Stopped(
                    curvature, pull, ReferenceSpectral.Sum(vectors), (place, value) => place < leaving ? 1 - Math.Exp(-300 * value) : 0);
        }
    }

    private static double[] Flat(Matrix<double> matrix) => [.. matrix.ToRowArrays().SelectMany(row => row)];

    private static float[] Floats(Matrix<double> matrix) => [.. Flat(matrix).Select(value => (float)value)];
}
