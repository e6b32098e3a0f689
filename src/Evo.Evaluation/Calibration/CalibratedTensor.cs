using System.Runtime.InteropServices;
using Evo.Checkpoints.Safetensors;
using Evo.Merging.Calibration;

namespace Evo.Evaluation.Calibration;

/// <summary>Statistics of one tensor, read from mapped files where they lie.</summary>
/// <param name="Channels">Input channels; 0 when nothing is known of inputs.</param>
/// <param name="Site">The beginning of the names of its site's tensors.</param>
internal sealed record CalibratedTensor(
    string Tensor, int Channels, string Site, StatisticsFolder? Means, StatisticsFolder? Grams, SafetensorsFile? CurvatureFile, double CurvatureRootMeanSquare) : ITensorStatistics
{
    public ReadOnlySpan<float> MeanMagnitudes => Values(Means, "mean_magnitudes");

    public ReadOnlySpan<float> SecondMoments => Values(Means, "second_moments");

    public bool HasGram => Grams is not null;

    public bool HasCurvature => CurvatureFile is not null;

    public ReadOnlySpan<float> Gram(int first, int count)
    {
        var name = Site + "gram";
        var file = Grams?.FileOf(name) ?? throw Missing("Gram matrix");
        var rowBytes = (long)Channels * sizeof(float);
        return MemoryMarshal.Cast<byte, float>(file.Bytes(name, first * rowBytes, checked((int)(count * rowBytes))));
    }

    public ReadOnlySpan<float> Curvature(long first, int count) => MemoryMarshal.Cast<byte, float>(
        (CurvatureFile ?? throw Missing("curvature")).Bytes(Tensor, first * sizeof(float), checked(count * sizeof(float))));

    private ReadOnlySpan<float> Values(StatisticsFolder? folder, string what) =>
        MemoryMarshal.Cast<byte, float>((folder?.FileOf(Site + what) ?? throw Missing(what)).Bytes(Site + what));

    private InvalidOperationException Missing(string what) => new($"'{Tensor}' has no {what}: it was not asked for, or there is none of such a tensor");
}
