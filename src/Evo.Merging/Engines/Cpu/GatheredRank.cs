using System.Runtime.CompilerServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Radix selection among gathered magnitudes.</summary>
internal static class GatheredRank
{
    private const int BucketBits = 12;

    /// <summary>The magnitude of the <paramref name="rank"/>-th largest (from 1), and its rank among those equal to it.</summary>
    /// <param name="lowest">No magnitude is smaller.</param>
    /// <param name="highest">No magnitude is larger.</param>
    public static (int Magnitude, long Rank) Find(int[][] gathered, int lowest, int highest, long rank)
    {
        var counts = new int[2 << BucketBits];
        while (lowest < highest)
        {
            var shift = Math.Max(0, 32 - int.LeadingZeroCount(highest - lowest) - BucketBits);
            Array.Clear(counts);
            foreach (var magnitudes in gathered)
                Count(magnitudes, lowest, (uint)(highest - lowest), shift, counts);

            var bucket = (highest - lowest) >> shift;
            for (; Counted(bucket) < rank; bucket--)
                rank -= Counted(bucket);
            highest = (int)Math.Min(highest, lowest + ((bucket + 1L) << shift) - 1);
            lowest += bucket << shift;
        }

        return (lowest, rank);

        long Counted(int bucket) => (long)counts[bucket] + counts[bucket + (1 << BucketBits)];
    }

    /// <summary>Counts by bucket, in two tables by turns: one that is raised twice running would wait for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(int[] magnitudes, int lowest, uint range, int shift, int[] counts)
    {
        var table = 0;
        foreach (var magnitude in magnitudes)
        {
            var place = (uint)(magnitude - lowest);
            if (place > range)
                continue;
            counts[(place >> shift) + table]++;
            table ^= 1 << BucketBits;
        }
    }
}
