using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B2: scores by columns of matrices, by tokens of embeddings, by elements of vectors.</summary>
public sealed class WidenTests
{
    private const string Two = "{merge_method: widen, base_model: base, models: [{model: a}, {model: b}]}";

    [Fact]
    public void The_worked_example()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(2, 4, 1, 0, 2, 1, 0, 1, 1, -1)),
            ("a", TinyModel.OfMatrix(2, 4, 1.1f, 0, 2.4f, 1, .2f, 1.1f, 1, -.7f)),
            ("b", TinyModel.OfMatrix(2, 4, 1, .3f, 2, 1.1f, 0, .8f, 1.1f, -1)));
        Near.Equal([1.07811, .3, 2.3, 1.1, .15622, .83208, 1.04388, -.7], scene.MergeOne(Two));
    }

    [Fact]
    public void The_golden_fixture()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(3, 2, 1, 0, 0, 1, 1, -1)),
            ("a", TinyModel.OfMatrix(3, 2, 1.3f, -.1f, .05f, 1.2f, 1, -.6f)),
            ("b", TinyModel.OfMatrix(3, 2, .8f, .12f, .25f, 1.08f, 1.1f, -1.3f)));
        Near.Equal([1.06888, .01378, .20663, 1.19286, 1.06888, -.93112], scene.MergeOne(Two));
    }

    [Fact]
    public void A_single_model_is_that_model()
    {
        using var models = new SeveralTensors(1, 1);
        Near.Equal(models.Vectors[0], [.. models.Merge("widen", "").Select(value => (float)value)], 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Matrices_agree_with_the_reference(int seed)
    {
        using var models = new SeveralTensors(seed, 3);
        var merged = models.Scene.Merge(models.Recipe("widen", "above_average_ratio: 1.2, score_calibration: 0.9"), workers: 2);
        foreach (var name in new[] { Names.Up(0), Names.Up(1) })
        {
            var vectors = models.VectorsOf(name);
            var scores = PaperReferences.WidenScores(Rows(models.Base[name], 7), [.. models.Models.Select(model => Rows(model[name], 7))], 1.2, .9);
            Near.Equal(
                [.. models.Base[name].Select((start, e) => start + vectors.Select((vector, m) => vector[e] * scores[m][e % 7]).Sum())], merged[name], 1e-6);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Vectors_agree_with_the_reference(int seed)
    {
        using var models = new SeveralTensors(seed, 3);
        var merged = models.Scene.Merge(models.Recipe("widen", "above_average_ratio: 0.8, score_calibration: 1.1"), workers: 2);
        foreach (var name in new[] { Names.Norm(0), Names.Norm(1), Names.FinalNorm })
        {
            var vectors = models.VectorsOf(name);
            Near.Equal([.. models.Base[name].Select((start, e) => start + vectors.Sum(vector => vector[e] * (
                Math.Abs(vector[e]) > .8 * vector.Average(Math.Abs) ? 1.1 : Math.Exp(Math.Abs(vector[e])) / vectors.Sum(other => Math.Exp(Math.Abs(other[e]))))))], merged[name], 1e-6);
        }
    }

    /// <summary>An embedding of tokens by features is the transposed matrix of features by tokens.</summary>
    [Fact]
    public void Embeddings_are_seen_transposed()
    {
        float[] start = [1, 0, 2, 1, 0, 1, 1, -1], a = [1.1f, 0, 2.4f, 1, .2f, 1.1f, 1, -.7f], b = [1, .3f, 2, 1.1f, 0, .8f, 1.1f, -1];
        using var scene = new MergeScene(("base", Embedding(start)), ("a", Embedding(a)), ("b", Embedding(b)));
        Near.Equal([1.07811, .15622, .3, .83208, 2.3, 1.04388, 1.1, -.7], scene.Merge(Two)[Names.Embedding]);

        static TinyModel Embedding(float[] byFeature) => new TinyModel().Set("vocab_size", 4).With(Names.Norm(0), [1], [1])
            .With(Names.Embedding, [4, 2], [.. Enumerable.Range(0, 8).Select(e => byFeature[((e % 2) * 4) + (e / 2)])]);
    }

    /// <summary>|τ₁| = [.1, .5], |τ₂| = [.4, .2]: above its mean stands the second of the first and the first of the second.</summary>
    [Fact]
    public void Vectors_are_scored_by_elements()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 1)), ("a", TinyModel.OfVector(1.1f, .5f)), ("b", TinyModel.OfVector(.6f, 1.2f)));
        var first = Math.Exp(.1) / (Math.Exp(.1) + Math.Exp(.4));
        var second = Math.Exp(.2) / (Math.Exp(.5) + Math.Exp(.2));
        Near.Equal([1 + (.1 * first) - .4, 1 - .5 + (.2 * second)], scene.MergeOne(Two));
        Near.Equal([1 + (.1 * first) - .2, 1 - .25 + (.2 * second)], scene.MergeOne(Two.Replace("]}", "], parameters: {score_calibration: 0.5}}", StringComparison.Ordinal)));
    }

    /// <summary>A column of zeros (a padded token) has no direction: its rank of direction is the lowest, and nothing is NaN.</summary>
    [Fact]
    public void Zero_columns_are_finite()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(2, 3, 0, 1, 2, 0, 1, 1)), ("a", TinyModel.OfMatrix(2, 3, 0, 1.5f, 2, 0, 1, 2)), ("b", TinyModel.OfMatrix(2, 3, 0, 1, 2, 0, 1, 1)));
        var merged = scene.MergeOne(Two);
        Assert.All(merged, value => Assert.True(float.IsFinite(value)));
        Near.Equal([0, 0], [merged[0], merged[3]]);
    }

    [Fact]
    public void A_one_column_matrix_and_huge_changes_are_finite()
    {
        using var scene = new MergeScene(
            ("base", new TinyModel().With(Names.Up(0), [3, 1], [1, 2, 3]).With(Names.Norm(0), [2], [0, 0])),
            ("a", new TinyModel().With(Names.Up(0), [3, 1], [2, 2, 3]).With(Names.Norm(0), [2], [1e20f, 0])),
            ("b", new TinyModel().With(Names.Up(0), [3, 1], [1, 1, 3]).With(Names.Norm(0), [2], [3e20f, 1])));
        Assert.All(scene.Merge(Two).Values, values => Assert.All(values, value => Assert.True(float.IsFinite(value))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_parent_with_NaN_is_named_with_its_tensor(bool matrix)
    {
        using var scene = new MergeScene(("base", Model(1)), ("a", Model(2)), ("b", Model(float.NaN)));
        Assert.Equal(matrix ? Names.Up(0) : Names.Norm(0), Assert.Throws<NonFiniteMergeException>(() => scene.Merge(Two)).Tensor);

        TinyModel Model(float value) => new TinyModel().With(Names.Norm(0), [2], [1, matrix ? 1 : value]).With(Names.Up(0), [2, 2], [1, 2, matrix ? value : 1, 4]);
    }

    private static double[][] Rows(float[] values, int columns) => [.. values.Select(value => (double)value).Chunk(columns)];
}
