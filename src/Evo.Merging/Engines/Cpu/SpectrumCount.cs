using System.Collections.Concurrent;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Counts the distinct magnitudes of every segment of a tensor.</summary>
internal static class SpectrumCount
{
    private const int LowerBits = 15;
    private const int Buckets = 1 << 16;
    private const int SegmentBits = 16;

    /// <summary>A third of the elements: at 6 bytes each still half of what a sort order takes.</summary>
    private const int ElementsOfADistinct = 3;

    /// <summary>Distinct magnitudes of one segment, ascending, and how often each occurs.</summary>
    public sealed record Segment(int[] Magnitudes, int[] Counts);

    /// <summary>Null when some segment has too many distinct magnitudes.</summary>
    public static Segment[]? Of(MagnitudeScan scan)
    {
        var segments = new Segment[scan.SegmentCount];
        var idle = new ConcurrentBag<Counter>();
        var tooMany = 0;
        scan.ForEachSegment((number, runs) =>
        {
            if (Volatile.Read(ref tooMany) != 0)
                return;
            var counter = idle.TryTake(out var taken) ? taken : new Counter();
            var elements = 0;
            runs((_, bits) =>
            {
                counter.Add(bits);
                elements += bits.Length;
            });
            segments[number] = counter.Take();
            idle.Add(counter);
            if (segments[number].Magnitudes.Length > Math.Max(64, elements / ElementsOfADistinct))
                Volatile.Write(ref tooMany, 1);
        });
        return tooMany == 0 ? segments : null;
    }

    /// <summary>All segments' counts by magnitude, descending, then by segment: a counting sort by the upper bits, which as a rule decide.</summary>
    public static (ulong[] Keys, int[] Counts) ByMagnitude(Segment[] segments)
    {
        var starts = new int[Buckets + 1];
        foreach (var segment in segments)
            foreach (var magnitude in segment.Magnitudes)
                starts[Buckets - (magnitude >> LowerBits)]++;
        for (var bucket = 1; bucket <= Buckets; bucket++)
            starts[bucket] += starts[bucket - 1];

        var (keys, counts) = (new ulong[starts[Buckets]], new int[starts[Buckets]]);
        var next = starts[..Buckets];
        for (var number = 0; number < segments.Length; number++)
            for (var i = 0; i < segments[number].Magnitudes.Length; i++)
            {
                var magnitude = segments[number].Magnitudes[i];
                var place = next[Buckets - 1 - (magnitude >> LowerBits)]++;
                keys[place] = ((ulong)(uint)(int.MaxValue - magnitude) << SegmentBits) | (uint)number;
                counts[place] = segments[number].Counts[i];
            }

        for (var bucket = 0; bucket < Buckets; bucket++)
            if (IsMixed(keys.AsSpan(starts[bucket]..starts[bucket + 1])))
                Array.Sort(keys, counts, starts[bucket], starts[bucket + 1] - starts[bucket]);
        return (keys, counts);
    }

    /// <summary>Magnitude and segment of one of the keys.</summary>
    public static (int Magnitude, int Segment) Parts(ulong key) => (int.MaxValue - (int)(key >> SegmentBits), (int)(key & ((1 << SegmentBits) - 1)));

    private static bool IsMixed(ReadOnlySpan<ulong> keys) => !keys.IsEmpty && keys.ContainsAnyExceptInRange(keys[0] & ~0xFFFFul, keys[0] | 0xFFFF);

    /// <summary>A table for magnitudes whose lower bits are zero, and a list for the others.</summary>
    private sealed class Counter
    {
        private readonly int[] _table = new int[Buckets];
        private readonly List<int> _others = [];
        private int _lowest = Buckets;
        private int _highest = -1;

        public void Add(ReadOnlySpan<int> bits)
        {
            var (lowest, highest) = (_lowest, _highest);
            foreach (var value in bits)
            {
                var magnitude = value & Masks.MagnitudeBits;
                var upper = magnitude >> LowerBits;
                if ((magnitude & ((1 << LowerBits) - 1)) != 0)
                {
                    _others.Add(magnitude);
                    continue;
                }

                _table[upper]++;
                lowest = Math.Min(lowest, upper);
                highest = Math.Max(highest, upper);
            }

            (_lowest, _highest) = (lowest, highest);
        }

        /// <summary>What was counted; the counter begins anew.</summary>
        public Segment Take()
        {
            _others.Sort();
            var (magnitudes, counts) = (new List<int>(), new List<int>());
            var other = 0;
            for (var upper = _lowest; upper <= _highest; upper++)
            {
                if (_table[upper] == 0)
                    continue;
                TakeOthers(upper << LowerBits);
                magnitudes.Add(upper << LowerBits);
                counts.Add(_table[upper]);
            }

            TakeOthers(int.MaxValue);
            if (_highest >= 0)
                Array.Clear(_table, _lowest, _highest - _lowest + 1);
            _others.Clear();
            (_lowest, _highest) = (Buckets, -1);
            return new Segment([.. magnitudes], [.. counts]);

            void TakeOthers(int below)
            {
                while (other < _others.Count && (_others[other] < below || below == int.MaxValue))
                {
                    var first = other;
                    for (other++; other < _others.Count && _others[other] == _others[first];)
                        other++;
                    magnitudes.Add(_others[first]);
                    counts.Add(other - first);
                }
            }
        }
    }
}
