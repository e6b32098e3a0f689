using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// The form in which a tensor's order is kept. Sorted keys for a small one. For a single merge, which has few cuts, nothing, or a histogram where a score needs whole rows. For many merges, counts where the
/// magnitudes are few distinct numbers; the sorted indices where they are many and memory allows; else a histogram, whose cuts cost further passes. All give the same cuts.
/// </summary>
internal static class MagnitudeOrders
{
    /// <param name="score">Gives the numbers of a run in one of its blocks; their magnitudes count.</param>
    public static IMagnitudeOrder Of(CpuTensorInputs inputs, Granularity granularity, Func<TensorRun, Block> score)
    {
        var scan = new MagnitudeScan(inputs, granularity, score);
        if (inputs.ElementCount <= SortedMagnitudes.MostElements)
            return new SortedMagnitudes(scan);
        if (inputs.IsForOneMerge)
            return granularity == Granularity.Elements ? new SelectedMagnitudes(scan) : new MagnitudeHistogram(scan);
        if (MagnitudeSpectrum.Of(scan) is { } spectrum)
            return spectrum;
        return inputs.ElementCount <= SortedIndices.MostElements && inputs.HasRoomFor(inputs.ElementCount * sizeof(uint))
            ? new SortedIndices(scan)
            : new MagnitudeHistogram(scan);
    }
}
