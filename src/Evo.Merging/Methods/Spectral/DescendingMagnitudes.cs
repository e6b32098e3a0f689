using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// The magnitudes of many numbers in descending order, so that the k-th largest is a look-up: the first 65,536 of them all, beyond that samples whose ranks
/// grow by a 4096th from one to the next, with straight lines between.
/// </summary>
internal sealed class DescendingMagnitudes : IPreparedValue
{
    private const int Exact = 1 << 16;
    private const double Growth = 1 + (1.0 / 4096);

    private readonly long[] _ranks;
    private readonly float[] _magnitudes;

    public DescendingMagnitudes(ReadOnlySpan<double> values)
    {
        var sorted = new float[values.Length];
        for (var i = 0; i < sorted.Length; i++)
            sorted[i] = -Math.Abs((float)values[i]);
        Array.Sort(sorted);
        Count = sorted.Length;
        var ranks = new List<long>();
        for (var rank = 0L; rank < sorted.Length; rank = rank < Exact ? rank + 1 : Math.Max(rank + 1, (long)(rank * Growth)))
            ranks.Add(rank);
        if (sorted.Length > 0 && ranks[^1] != sorted.Length - 1)
            ranks.Add(sorted.Length - 1);
        _ranks = [.. ranks];
        _magnitudes = Array.ConvertAll(_ranks, rank => -sorted[rank]);
    }

    public long Count { get; }

    public long Bytes => PreparedSize.OfFields(_ranks, _magnitudes);

    /// <summary>The magnitude of the number of that rank, 1 for the largest; 0 when all are asked for, infinity when none is there.</summary>
    public float Bound(long rank)
    {
        if (rank >= Count)
            return Count == 0 ? float.PositiveInfinity : 0;
        var place = Array.BinarySearch(_ranks, rank - 1);
        if (place >= 0)
            return _magnitudes[place];
        var (above, below) = (~place - 1, ~place);
        var share = (double)(rank - 1 - _ranks[above]) / (_ranks[below] - _ranks[above]);
        return (float)(_magnitudes[above] + (share * (_magnitudes[below] - _magnitudes[above])));
    }
}
