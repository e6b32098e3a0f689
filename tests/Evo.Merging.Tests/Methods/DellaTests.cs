using Evo.Merging.Methods.Kernels;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>DELLA's random drop by rank: probabilities rise with the rank of an element in its row.</summary>
public sealed class DellaTests
{
    private const int Rows = 20_000;

    [Fact]
    public void Elements_stay_with_the_probabilities_of_their_ranks()
    {
        // The card's row: density .6 and epsilon .2 give .4, .667, .533 and .8.
        float[] row = [.1f, -.5f, .3f, .9f];
        using var scene = OfRows(4, [.. Enumerable.Range(0, Rows).SelectMany(_ => row)]);
        var merged = scene.MergeOne(Recipe("della_linear", "density: 0.6, epsilon: 0.2"));
        double[] probabilities = [.4, 2 / 3.0, .4 + (.4 / 3), .8];
        for (var column = 0; column < 4; column++)
        {
            var kept = Enumerable.Range(0, Rows).Count(r => merged[(4 * r) + column] != 0);
            Assert.InRange(kept / (double)Rows, probabilities[column] - .02, probabilities[column] + .02);
        }
    }

    [Fact]
    public void What_is_kept_is_what_the_draws_say_in_rows_of_any_length()
    {
        foreach (var columns in new[] { 1, 2, 3, 17, 64, 700, 5000 })
        {
            var values = Values(columns * 7, columns);
            using var scene = OfRows(columns, values);
            var plan = scene.Plan(Recipe("della_linear", "density: 0.5, epsilon: 0.3"));
            var key = plan.Tensors[0].Models[0].MaskKey(3);
            var merged = scene.MergeOne(Recipe("della_linear", "density: 0.5, epsilon: 0.3"));
            for (var row = 0; row < 7; row++)
            {
                var ranks = Ranks(values[(row * columns)..((row + 1) * columns)]);
                for (var column = 0; column < columns; column++)
                {
                    var index = (row * columns) + column;
                    var probability = columns == 1 ? .5 : .2 + (.6 * ranks[column] / (columns - 1));
                    var draw = key.Draw(index) / 4294967296.0;
                    if (Math.Abs(draw - probability) > 1e-6) // rounding decides nearer by
                        Assert.Equal(draw < probability ? values[index] : 0, merged[index]);
                }
            }
        }
    }

    [Fact]
    public void The_norm_is_restored_by_default()
    {
        var values = Values(12_000, 9);
        using var scene = OfRows(100, values);
        var merged = scene.MergeOne(Recipe("della", "density: 0.4, epsilon: 0.1").Replace("rescale: false", "rescale: true", StringComparison.Ordinal));
        Assert.Equal(values.Sum(value => Math.Abs((double)value)), merged.Sum(value => Math.Abs((double)value)), 0.01);
        Assert.InRange(merged.Count(value => value != 0), 4500, 5100);
    }

    [Theory]
    [InlineData("density: 1, epsilon: 0.4", 1)]
    [InlineData("density: 0, epsilon: 0.4", 0)]
    public void Everything_and_nothing(string parameters, float share)
    {
        var values = Values(50, 1);
        using var scene = OfRows(5, values);
        Assert.Equal(values.Select(value => value * share), scene.MergeOne(Recipe("della_linear", parameters)));
    }

    [Theory]
    [InlineData("della", "density: 0.9, epsilon: 0.1")]
    [InlineData("della_linear", "density: 0.15, epsilon: 0.15")]
    [InlineData("della", "density: 0.1")]
    public void Probabilities_outside_0_to_1_are_refused_with_tensor_and_parameters(string method, string parameters)
    {
        using var scene = OfRows(2, [1, 2, 3, 4]);
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan(Recipe(method, parameters)));
        Assert.Contains(Names.Up(0), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'density'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'epsilon'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Della_elects_signs_and_divides_by_the_voters()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(1, 4, 0, 0, 0, 0)), ("a", TinyModel.OfMatrix(1, 4, 1, -2, .1f, 3)), ("b", TinyModel.OfMatrix(1, 4, -.5f, -1, .4f, -3)));
        Near.Equal([1, -1.5, .25, 3], scene.MergeOne("{merge_method: della, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 1}}"));
    }

    private static int[] Ranks(float[] row)
    {
        var ranks = new int[row.Length];
        foreach (var (rank, column) in Enumerable.Range(0, row.Length).OrderBy(column => Math.Abs(row[column])).ThenBy(column => column).Index())
            ranks[column] = rank;
        return ranks;
    }

    /// <summary>Spread over many magnitudes, with equal ones and an outlier that drives the others into few buckets.</summary>
    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, count).Select(i => (i % 3) switch
        {
            0 => (random.Next(-8, 9) / 8f) + 1e-3f,
            1 => (float)(random.NextDouble() - .5),
            _ => (float)((random.NextDouble() - .5) * Math.Pow(10, random.Next(-9, 0))),
        }).ToArray();
        values[count / 2] = 1e4f;
        return values;
    }

    private static MergeScene OfRows(int columns, float[] values) => new(
        ("base", TinyModel.OfMatrix(values.Length / columns, columns, new float[values.Length])), ("a", TinyModel.OfMatrix(values.Length / columns, columns, values)));

    private static string Recipe(string method, string parameters) =>
        $"{{merge_method: {method}, base_model: base, models: [{{model: a}}], parameters: {{weight: 1, rescale: false, seed: 3, {parameters}}}}}";
}
