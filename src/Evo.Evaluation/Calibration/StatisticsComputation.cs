using System.Collections.Immutable;
using System.Globalization;
using Evo.Inference.Activations;
using Evo.Merging.Recipes;

namespace Evo.Evaluation.Calibration;

/// <summary>Runs a model on its calibration sequences and writes what comes out into statistics folders.</summary>
internal sealed class StatisticsComputation(IWeightReader model, ImmutableArray<ReadOnlyMemory<int>> sequences, CancellationToken cancellation)
{
    public const string RootMeanSquareFact = "root_mean_square";

    /// <summary>The tensor of one site: <c>3.MlpInput.mean_magnitudes</c>, <c>.second_moments</c> or <c>.gram</c>.</summary>
    public static string NameOf(int layer, ActivationSite site, string what) => string.Create(CultureInfo.InvariantCulture, $"{layer}.{site}.{what}");

    /// <summary>Channel statistics, and Gram matrices where a writer for them is given.</summary>
    public void Activations(StatisticsFolder.Writer? channels, StatisticsFolder.Writer? grams)
    {
        Note(channels);
        Note(grams);
        ActivationStatistics.Run(model, sequences, new Sink(channels, grams), grams is not null, cancellation: cancellation);
    }

    /// <summary>Diagonal Fisher information, under the tensors' own names, with its root mean square over the whole model.</summary>
    public void Fisher(StatisticsFolder.Writer writer, CalibrationRecipe settings)
    {
        Note(writer);
        var sink = new FisherSink(writer);
        FisherInformation.Run(model, sequences, sink, settings.FisherOfText ? FisherLabels.Text : FisherLabels.Model, cancellation: cancellation);
        writer.Facts[RootMeanSquareFact] = Math.Sqrt(sink.SumOfSquares / sink.Elements);
    }

    private void Note(StatisticsFolder.Writer? writer)
    {
        if (writer is null)
            return;
        writer.Facts["sequences"] = sequences.Length;
        writer.Facts["tokens"] = sequences.Sum(sequence => (long)sequence.Length);
    }

    private sealed class Sink(StatisticsFolder.Writer? channels, StatisticsFolder.Writer? grams) : IStatisticsSink
    {
        public void Take(SiteStatistics statistics)
        {
            string Name(string what) => NameOf(statistics.Layer, statistics.Site, what);
            channels?.Add(Name("mean_magnitudes"), [statistics.Width], writer => writer.WriteFloats(Name("mean_magnitudes"), statistics.MeanMagnitudes));
            channels?.Add(Name("second_moments"), [statistics.Width], writer => writer.WriteFloats(Name("second_moments"), statistics.SecondMoments));
            grams?.Add(Name("gram"), [statistics.Width, statistics.Width], writer =>
            {
                var row = new float[statistics.Width];
                for (var index = 0; index < row.Length; index++)
                {
                    statistics.ReadGram(index, row);
                    writer.WriteFloats(Name("gram"), row);
                }
            });
        }
    }

    private sealed class FisherSink(StatisticsFolder.Writer folder) : IFisherSink
    {
        public double SumOfSquares { get; private set; }

        public long Elements { get; private set; }

        public void Take(string tensor, ImmutableArray<long> shape, ReadOnlySpan<float> values)
        {
            Elements += values.Length;
            foreach (var value in values)
                SumOfSquares += (double)value * value;
            var copy = values.ToArray();
            folder.Add(tensor, shape.AsSpan(), writer => writer.WriteFloats(tensor, copy));
        }
    }
}
