using Evo.Checkpoints.Models;
using Evo.Inference.Activations;
using Evo.Inference.Tests.Golden;

namespace Evo.Inference.Tests.Activations;

/// <summary>Statistics of linear maps' inputs, against sums over the activations themselves in float64.</summary>
public sealed class ActivationStatisticsTests
{
    [Theory]
    [InlineData("qwen3", 1)]
    [InlineData("llama-bias-linear", 3)]
    public void Statistics_are_those_of_the_activations(string name, int workers)
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder(name));
        var sequences = Sequences();
        var seen = Recorder.Of(new FolderWeights(folder), sequences);
        var statistics = Collector.Of(folder, sequences, workers);

        Assert.Equal(9, statistics.Count); // four sites in each of two layers, and the head
        foreach (var ((layer, site), found) in statistics)
        {
            var rows = seen.Where(pair => pair.Key.Layer == layer && pair.Key.Site == site).OrderBy(pair => pair.Key.Sequence).SelectMany(pair => pair.Value).ToArray();
            var (width, tokens) = (found.MeanMagnitudes.Length, rows.Length / found.MeanMagnitudes.Length);
            Assert.Equal(tokens, found.Tokens);
            for (var one = 0; one < width; one++)
            {
                double Mean(Func<int, double> of) => Enumerable.Range(0, tokens).Sum(of) / tokens;
                Close(Mean(row => Math.Abs(rows[(row * width) + one])), found.MeanMagnitudes[one]);
                Close(Mean(row => Math.Pow(rows[(row * width) + one], 2)), found.SecondMoments[one]);
                foreach (var other in new[] { 0, one / 2, one, width - 1 })
                    Close(Mean(row => (double)rows[(row * width) + one] * rows[(row * width) + other]), found.Gram[one][other]);
            }
        }
    }

    [Fact]
    public void Workers_do_not_change_a_bit()
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder("mistral"));
        var one = Collector.Of(folder, Sequences(), 1);
        var five = Collector.Of(folder, Sequences(), 5);

        foreach (var (key, expected) in one)
        {
            Assert.Equal(expected.MeanMagnitudes, five[key].MeanMagnitudes);
            Assert.Equal(expected.Gram, five[key].Gram);
        }
    }

    /// <summary>Several blocks of 512 channels, the last one short: mirrored, they make the whole symmetric matrix.</summary>
    [Fact]
    public void Wide_Gram_matrices_are_whole()
    {
        const int Width = 1100;
        const int Rows = 40;
        var random = new Random(5);
        var rows = Enumerable.Range(0, Rows * Width).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        using var product = new GramProduct();
        using var gram = new GramAccumulator(Width, 3, product);
        gram.Add(rows.AsSpan(0, 14 * Width));
        gram.Add(rows.AsSpan(14 * Width));

        var values = new float[Width];
        for (var one = 0; one < Width; one += 37)
        {
            gram.Read(one, Rows, values);
            for (var other = 0; other < Width; other++)
            {
                var expected = Enumerable.Range(0, Rows).Sum(row => (double)rows[(row * Width) + one] * rows[(row * Width) + other]) / Rows;
                Close(expected, values[other]);
            }
        }
    }

    [Fact]
    public void Without_Gram_matrices_none_is_offered()
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder("llama"));
        var sink = new Collector(grams: false);
        ActivationStatistics.Run(new FolderWeights(folder), [new[] { 1, 2, 3 }], sink, grams: false);

        Assert.All(sink.Found.Values, found => Assert.Empty(found.Gram));
    }

    private static int[][] Sequences()
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, 90).Select(index => Enumerable.Range(0, 5 + (index % 40)).Select(_ => random.Next(GoldenModel.Vocabulary)).ToArray())];
    }

    private static void Close(double expected, float actual) => Assert.InRange(actual, expected - 1e-5 - (1e-5 * Math.Abs(expected)), expected + 1e-5 + (1e-5 * Math.Abs(expected)));

    private sealed class Collector(bool grams = true) : IStatisticsSink
    {
        public Dictionary<(int Layer, ActivationSite Site), (long Tokens, float[] MeanMagnitudes, float[] SecondMoments, float[][] Gram)> Found { get; } = [];

        public static Dictionary<(int Layer, ActivationSite Site), (long Tokens, float[] MeanMagnitudes, float[] SecondMoments, float[][] Gram)> Of(
            ModelFolder folder, int[][] sequences, int workers)
        {
            var sink = new Collector();
            ActivationStatistics.Run(new FolderWeights(folder), [.. sequences.Select(sequence => (ReadOnlyMemory<int>)sequence)], sink, grams: true, workers);
            return sink.Found;
        }

        public void Take(SiteStatistics statistics)
        {
            Assert.Equal(grams, statistics.HasGram);
            var gram = new float[grams ? statistics.Width : 0][];
            for (var row = 0; row < gram.Length; row++)
                statistics.ReadGram(row, gram[row] = new float[statistics.Width]);
            Found.Add((statistics.Layer, statistics.Site), (statistics.Tokens, statistics.MeanMagnitudes, statistics.SecondMoments, gram));
        }
    }
}
