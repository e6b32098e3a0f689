namespace Evo.Merging.Engines.Cpu;

/// <summary>Magnitudes of short runs spread over a tensor, sorted: where to look for a quantile.</summary>
internal sealed class MagnitudeSample
{
    private const int RunLength = 128;
    private const int LeastRuns = 128;
    private const int MostRuns = 8192;
    private const int ElementsOfARun = 1 << 16; // so that what lies between the bracket's ends grows no faster than the root of the tensor

    /// <summary>
    /// Standard deviations of a quantile's place on either side, were the sample's elements independent. Neighbours are not, quite; a bracket that misses costs
    /// time and nothing else.
    /// </summary>
    private const double Deviations = 4;

    private readonly int[] _descending;

    private MagnitudeSample(int[] descending) => _descending = descending;

    public long Bytes => _descending.LongLength * sizeof(int);

    public static MagnitudeSample Of(MagnitudeScan scan)
    {
        var runs = (int)Math.Clamp(scan.ElementCount / ElementsOfARun, LeastRuns, Math.Max(LeastRuns, Math.Min(MostRuns, scan.MostGathered / (4 * RunLength))));
        var length = (int)Math.Min(RunLength, scan.ElementCount / runs);
        var sample = new int[runs * length];
        var taken = 0;
        scan.VisitSpread(runs, length, bits =>
        {
            foreach (var value in bits)
                sample[taken++] = value & Masks.MagnitudeBits;
        });
        Array.Sort(sample);
        Array.Reverse(sample);
        return new MagnitudeSample(sample);
    }

    /// <summary>Between which magnitudes, both included, the one lies that a share of all elements reaches or exceeds.</summary>
    public (int Lowest, int Highest) Bracket(double share)
    {
        var reach = Deviations * Math.Sqrt(share * (1 - share) * _descending.Length) + 2;
        var (first, last) = ((int)Math.Floor((share * _descending.Length) - reach), (int)Math.Ceiling((share * _descending.Length) + reach));
        return (last >= _descending.Length ? 0 : _descending[last], first < 0 ? int.MaxValue : _descending[first]);
    }
}
