namespace Evo.Merging.Engines.Cpu;

/// <summary>Radix selection among gathered magnitudes.</summary>
internal static class GatheredRank
{
    private const int BucketBits = 12;

    /// <summary>The magnitude of the <paramref name="rank"/>-th largest (from 1), and its rank among those equal to it.</summary>
    public static (int Magnitude, long Rank) Find(int[][] gathered, int lowest, int highest, long rank)
    {
        var counts = new long[1 << BucketBits];
        while (lowest < highest)
        {
            var shift = Math.Max(0, 32 - int.LeadingZeroCount(highest - lowest) - BucketBits);
            Array.Clear(counts);
            foreach (var magnitudes in gathered)
                foreach (var magnitude in magnitudes)
                    if (magnitude >= lowest && magnitude <= highest)
                        counts[(magnitude - lowest) >> shift]++;

            var bucket = (highest - lowest) >> shift;
            for (; counts[bucket] < rank; bucket--)
                rank -= counts[bucket];
            highest = (int)Math.Min(highest, lowest + ((bucket + 1L) << shift) - 1);
            lowest += bucket << shift;
        }

        return (lowest, rank);
    }
}
