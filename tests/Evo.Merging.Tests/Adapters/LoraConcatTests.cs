using Evo.Checkpoints.Adapters;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Adapters;
using Evo.Merging.Tests.Fixtures;
using static Evo.Merging.Tests.Fixtures.AdapterMerges;

namespace Evo.Merging.Tests.Adapters;

/// <summary>Concatenated ranks: exact sums, and the nearest product of a smaller rank.</summary>
public sealed class LoraConcatTests
{
    private const string Models = "base_model: base, models: [{model: base+adapter0, parameters: {weight: 0.7}}, {model: base+adapter1, parameters: {weight: -1.3}}]";

    [Theory]
    [InlineData("lambda: 0.8")]
    [InlineData("normalize: true")]
    public void It_is_task_arithmetic_of_the_adapted_models(string parameters)
    {
        using var scene = Usual(31, 45);
        var dense = scene.Merge($"{{merge_method: task_arithmetic, parameters: {{{parameters}}}, {Models}}}");
        var low = scene.Merge($"{{merge_method: lora_concat, parameters: {{{parameters}}}, {Models}}}");
        Near.Equal([.. dense[Names.Up(0)].Select(value => (double)value)], low[Names.Up(0)], 2e-6);
        Assert.Equal(dense[Names.Norm(0)], low[Names.Norm(0)]);
    }

    [Fact]
    public void Weights_that_sum_to_nothing_cannot_be_normalised()
    {
        using var scene = Usual();
        var problem = Assert.Throws<NonFiniteMergeException>(() => scene.Merge(
            $"{{merge_method: lora_concat, parameters: {{normalize: true}}, {Models.Replace("-1.3", "-0.7", StringComparison.Ordinal)}}}"));
        Assert.Contains("sum to 0", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Compression_keeps_the_largest_singular_values(int rank)
    {
        const int Rows = 31, Columns = 45;
        using var scene = Usual(Rows, Columns, ranks: [2, 3]);
        var exact = scene.Merge($"{{merge_method: lora_concat, {Models}}}")[Names.Up(0)];
        var merged = scene.Merge($"{{merge_method: lora_concat, parameters: {{rank: {rank}}}, {Models}}}")[Names.Up(0)];
        var delta = exact.Zip(Random(1, Rows * Columns), (value, start) => (double)value - start).ToArray();
        var nearest = Truncated(delta, Rows, Columns, rank);
        Near.Equal([.. nearest.Zip(Random(1, Rows * Columns), (value, start) => value + start)], merged, 5e-6);
    }

    [Fact]
    public void Equal_adapters_have_one_adapters_rank()
    {
        var (left, right) = (Random(1, 7 * 2), Random(2, 2 * 9));
        var one = new LowRankProduct(7, 9, 2, left, right, 1);
        var sum = LowRankSum.Of([(one, 1), (one, 2), (one, -0.5)])!;
        Assert.Equal(6, sum.Rank);
        var compressed = Compressed(sum, 5);
        Assert.Equal(2, compressed.Rank); // the others are rounding
        Near.Equal([.. Elements(one).Select(value => 2.5 * value)], Elements(compressed), 2e-6);
    }

    [Fact]
    public void A_zero_update_is_compressed_to_zero()
    {
        var zero = new LowRankProduct(3, 4, 3, new float[9], Random(1, 12), 1);
        Assert.All(Elements(Compressed(zero, 1)), value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_largest_entry_of_every_left_vector_is_positive_and_scales_are_shared_evenly()
    {
        var compressed = Compressed(new LowRankProduct(7, 9, 4, Random(1, 28), Random(2, 36), 1), 3);
        for (var k = 0; k < 3; k++)
        {
            var column = Enumerable.Range(0, 7).Select(row => compressed.Left[(row * 3) + k]).ToArray();
            Assert.True(column.MaxBy(Math.Abs) > 0);
            var (left, right) = (column.Sum(value => value * value), Enumerable.Range(0, 9).Sum(i => compressed.Right[(k * 9) + i] * compressed.Right[(k * 9) + i]));
            Assert.Equal(left, right, 1e-4 * left);
        }
    }

    private static LowRankProduct Compressed(LowRankProduct product, int rank)
    {
        using var workers = new CpuWorkers(1);
        return RankCompression.Of(product, rank, workers.Algebra(CancellationToken.None));
    }

    private static float[] Elements(LowRankProduct product)
    {
        var values = new float[product.Rows * product.Columns];
        product.AddTo(0, values);
        return values;
    }

    /// <summary>The sum of the first singular triplets, by power iteration and deflation.</summary>
    private static double[] Truncated(double[] matrix, int rows, int columns, int rank)
    {
        var (rest, sum) = ((double[])matrix.Clone(), new double[matrix.Length]);
        for (var triplet = 0; triplet < rank; triplet++)
        {
            var v = Random(100 + triplet, columns).Select(value => (double)value).ToArray();
            var u = new double[rows];
            for (var step = 0; step < 5000; step++)
            {
                for (var i = 0; i < rows; i++)
                    u[i] = Enumerable.Range(0, columns).Sum(j => rest[(i * columns) + j] * v[j]);
                var length = Math.Sqrt(u.Sum(value => value * value));
                u = [.. u.Select(value => value / length)];
                for (var j = 0; j < columns; j++)
                    v[j] = Enumerable.Range(0, rows).Sum(i => rest[(i * columns) + j] * u[i]);
                var norm = Math.Sqrt(v.Sum(value => value * value));
                if (step < 4999)
                    v = [.. v.Select(value => value / norm)];
            }

            for (var i = 0; i < matrix.Length; i++)
            {
                sum[i] += u[i / columns] * v[i % columns];
                rest[i] -= u[i / columns] * v[i % columns];
            }
        }

        return sum;
    }
}
