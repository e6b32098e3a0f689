using Evo.Merging.Engines;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Spectral;
using Evo.Merging.Tests.Fixtures;
using MathNet.Numerics.LinearAlgebra;

namespace Evo.Merging.Tests.Methods.Spectral;

/// <summary>What the cards say must hold of each method, and U1, U2, U5 on matrices.</summary>
public sealed class SpectralInvariantTests
{
    public static TheoryData<string> Methods => SpectralScene.Methods;

    public static TheoryData<string> Homogeneous => [.. MergeMethods.All.Where(method => method is SpectralMethod && method.Needs.IsHomogeneous).Select(method => method.Name)];

    [Theory, MemberData(nameof(Methods))]
    public void Models_equal_to_the_base_give_the_base(string method)
    {
        using var scene = SpectralScene.Random(7, 12, 3, size: 0);
        SpectralScene.Near(scene.Base, scene.Merge(method), 0);
    }

    [Theory, MemberData(nameof(Methods))]
    public void The_order_of_models_does_not_matter(string method)
    {
        using var scene = SpectralScene.Random(15, 12, 3);
        double[] weights = [.5, 1.1, .8];
        SpectralScene.Near(scene.Merge(method, weights: weights), scene.Merge(method, weights: weights, order: [2, 0, 1]));
    }

    [Theory, MemberData(nameof(Homogeneous))]
    public void Scaling_all_task_vectors_scales_the_merged_one(string method)
    {
        var (b, one, two) = (SpectralScene.Values(10, 14, 1), SpectralScene.Values(10, 14, 2), SpectralScene.Values(10, 14, 3));
        using var scene = new SpectralScene(b, .25 * one, .25 * two);
        using var doubled = new SpectralScene(b, .5 * one, .5 * two);
        SpectralScene.Near(2 * scene.TaskVector(method), doubled.TaskVector(method), 4e-6);
    }

    [Theory]
    [InlineData("tsv_m", "")]
    [InlineData("r_tsvm", "")]
    [InlineData("iso_c", "flatness: 0")]
    [InlineData("iso_cts", "flatness: 0")]
    [InlineData("dc_merge", "cover_density: 1")]
    [InlineData("orthomerge", "")]
    [InlineData("wudi", "stopping: exact")]
    [InlineData("optmerge", "truncation: 1, stopping: exact")]
    [InlineData("twin", "rank_fraction: 1")]
    public void One_model_is_given_back(string method, string parameters)
    {
        foreach (var (rows, columns) in new[] { (9, 6), (6, 9) })
        {
            using var scene = SpectralScene.Random(rows, columns, 1);
            SpectralScene.Near(scene.Models[0], scene.Merge(method, parameters), 4e-6);
        }
    }

    [Theory]
    [InlineData("tsv_m", "")]
    [InlineData("dc_merge", "cover_density: 1")]
    [InlineData("wudi", "stopping: exact")]
    public void Task_vectors_that_share_no_row_and_no_column_are_added(string method, string parameters)
    {
        var (one, two) = (Matrix<double>.Build.Dense(8, 8), Matrix<double>.Build.Dense(8, 8));
        one.SetSubMatrix(0, 0, SpectralScene.Values(4, 4, 1));
        two.SetSubMatrix(4, 4, SpectralScene.Values(4, 4, 2));
        using var scene = new SpectralScene(SpectralScene.Values(8, 8, 3), one, two);
        SpectralScene.Near(ReferenceSpectral.Sum(scene.TaskVectors), scene.TaskVector(method, parameters), 4e-6);
    }

    [Fact]
    public void Equal_experts_keep_their_common_directions_once()
    {
        var vector = SpectralScene.Values(10, 8, 1);
        using var scene = new SpectralScene(SpectralScene.Values(10, 8, 2), vector, vector);
        SpectralScene.Near(ReferenceSpectral.Truncated(scene.TaskVectors[0], 4), scene.TaskVector("tsv_m"));
        SpectralScene.Near(scene.TaskVectors[0], scene.TaskVector("wudi", "stopping: exact"), 1e-5);
    }

    [Fact]
    public void R_tsvm_without_weights_and_reduction_is_tsv_m()
    {
        using var scene = SpectralScene.Random(12, 9, 3);
        SpectralScene.Near(scene.Merge("tsv_m"), scene.Merge("r_tsvm", "outlier_power: 0, rank_reduction: 0"), 0);
    }

    [Fact]
    public void R_tsvm_takes_ranks_from_the_sparsest_matrix_of_a_kind()
    {
        var random = new Random(1);
        TinyModel Model(bool isBase) => new TinyModel().Set("num_hidden_layers", 2)
            .With(Names.Up(0), [8, 8], Values(isBase ? 0 : 1, 1)).With(Names.Up(1), [8, 8], Values(isBase ? 0 : 1, 9));
        float[] Values(float size, int power) => [.. Enumerable.Range(0, 64).Select(_ => size * (float)Math.Pow((2 * random.NextDouble()) - 1, power))];
        using var scene = new MergeScene(("base", Model(isBase: true)), ("m0", Model(false)), ("m1", Model(false)));
        var merged = scene.Merge("{merge_method: r_tsvm, base_model: base, models: [{model: m0}, {model: m1}], parameters: {rank_reduction: 0.75}}");
        Assert.Equal(8, Rank(merged[Names.Up(0)])); // ⌊8/2⌋ triples of each
        Assert.Equal(2, Rank(merged[Names.Up(1)])); // 4 · (1 − 0.75) of each

        static int Rank(float[] values) => Matrix<double>.Build.Dense(8, 8, (row, column) => values[(8 * row) + column]).Svd(false).S.Count(value => value > 1e-4);
    }

    [Fact]
    public void Iso_c_is_a_scaled_isometry_and_iso_cts_of_one_common_space_is_iso_c()
    {
        using var scene = SpectralScene.Random(11, 7, 3);
        var merged = scene.TaskVector("iso_c");
        var mean = ReferenceSpectral.Sum(scene.TaskVectors).Svd(false).S.Average();
        SpectralScene.Near(mean * mean * Matrix<double>.Build.DenseIdentity(7), merged.Transpose() * merged);
        SpectralScene.Near(scene.Merge("iso_c"), scene.Merge("iso_cts", "common_space_fraction: 1"), 0);
    }

    [Fact]
    public void Iso_c_does_not_raise_directions_that_a_low_rank_sum_lacks()
    {
        using var scene = new SpectralScene(
            Matrix<double>.Build.Dense(9, 9), SpectralScene.Values(9, 2, 1) * SpectralScene.Values(2, 9, 2), SpectralScene.Values(9, 1, 3) * SpectralScene.Values(1, 9, 4));
        var values = scene.TaskVector("iso_c").Svd(false).S.ToArray();
        Assert.Equal(values[0], values[2], 1e-5);
        Assert.All(values[3..], value => Assert.InRange(value, 0, 1e-5));
    }

    [Fact]
    public void Stopping_runs_from_the_sum_to_the_optimum()
    {
        using var scene = SpectralScene.Random(9, 7, 3);
        SpectralScene.Near(ReferenceSpectral.Sum(scene.TaskVectors), scene.TaskVector("wudi", "stopping_time: 0, direction_ratio: 1"));
        SpectralScene.Near(ReferenceSpectral.Sum(scene.TaskVectors), scene.TaskVector("wudi", "direction_ratio: 0"));
        SpectralScene.Near(scene.TaskVector("wudi", "stopping: exact"), scene.TaskVector("wudi", "stopping_time: 1e9, direction_ratio: 1"));
        SpectralScene.Near(scene.TaskVector("wudi", "stopping_time: 50"), scene.TaskVector("optmerge", "truncation: 1, stopping_time: 50"));
    }

    [Fact]
    public void The_optimum_interferes_least()
    {
        using var scene = SpectralScene.Random(9, 7, 3);
        var vectors = scene.TaskVectors;
        double Interference(Matrix<double> merged) => vectors.Sum(vector => Math.Pow(((merged - vector) * vector.Transpose()).FrobeniusNorm() / vector.FrobeniusNorm(), 2));
        var optimum = Interference(scene.TaskVector("wudi", "stopping: exact"));
        foreach (var method in new[] { "wudi", "tsv_m", "iso_c", "optmerge" })
            Assert.True(Interference(scene.TaskVector(method)) > optimum);
    }

    [Fact]
    public void Twin_of_full_rank_gives_the_expert_that_is_asked_for()
    {
        using var scene = SpectralScene.Random(9, 7, 3);
        SpectralScene.Near(scene.Models[1], scene.Merge("twin", "rank_fraction: 1", [0, 1, 0]));
        SpectralScene.Near(.29 * ReferenceSpectral.Sum(scene.TaskVectors), scene.TaskVector("twin", "", [0, 0, 0]));
        SpectralScene.Near(.29 * ReferenceSpectral.Sum(scene.TaskVectors), scene.TaskVector("twin", "rank_fraction: 0"));
    }

    /// <summary>Where the base sees nothing of its inputs, the rotation stays the identity: a free block would cost the merged model dearly.</summary>
    [Fact]
    public void Rotations_of_wide_weights_stay_near_the_identity()
    {
        using var scene = SpectralScene.Random(3, 6, 2);
        var rotation = ReferenceSpectral.Procrustes(scene.Base, scene.Models[0]);
        SpectralScene.Near(Matrix<double>.Build.DenseIdentity(6), rotation.Transpose() * rotation, 1e-9);
        Assert.InRange((rotation - Matrix<double>.Build.DenseIdentity(6)).FrobeniusNorm(), 0, 1);
        var merged = scene.TaskVector("orthomerge");
        var mean = ReferenceSpectral.Sum(scene.TaskVectors) / 2;
        Assert.InRange((merged - mean).FrobeniusNorm(), 0, mean.FrobeniusNorm());
    }
}
