using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Passes over numbers of a tensor's elements, for example one model's task vector, in segments of fixed bounds. It does not depend on the merge that it was made
/// in, so that orders may keep it.
/// </summary>
/// <param name="score">Gives the numbers of a run in one of its blocks; their magnitudes count.</param>
internal sealed class MagnitudeScan(CpuTensorInputs inputs, Granularity granularity, Func<TensorRun, Block> score, int mostSegments = 512)
{
    private const int ShortestSegment = 1 << 15;
    private const int FewSegments = 16;
    private const int Stretch = 256;

    private readonly CpuTensorInputs _inputs = inputs.WithoutCancellation();
    private readonly long _segmentLength = Math.Max(ShortestSegment, inputs.ElementCount / mostSegments);

    public long ElementCount => _inputs.ElementCount;

    /// <inheritdoc cref="CpuTensorInputs.MostGathered"/>
    public long MostGathered => _inputs.MostGathered;

    public int SegmentCount => _inputs.CountSegments(granularity, _segmentLength);

    /// <summary>The same in few segments, for what takes memory a segment.</summary>
    public MagnitudeScan Coarse() => new(_inputs, granularity, score, FewSegments);

    /// <summary>Does numbered pieces of work on many threads.</summary>
    public void ForEach(int items, Action<int> work) => _inputs.ForEach(items, work);

    /// <summary>Visits segments in any order and on many threads; within one, <c>runs</c> visits its runs in order: flat index, and the bits.</summary>
    public void ForEachSegment(Action<int, Action<RunVisit>> visit) =>
        _inputs.ForEachSegment(granularity, _segmentLength, (segment, runs) => visit(segment, visitRun => runs(run => visitRun(run.Start, Bits(run)))));

    /// <summary>Visits short runs at equal distances, in order: the bits.</summary>
    public void VisitSpread(int runs, int length, SpreadVisit visit) => _inputs.VisitSpread(runs, length, run => visit(Bits(run)));

    /// <summary>Flat index of the <paramref name="rank"/>-th element (from 1) of exactly this magnitude within a segment.</summary>
    public long IndexOf(int segment, int magnitude, long rank)
    {
        var index = -1L;
        _inputs.VisitSegment(granularity, _segmentLength, segment, run =>
        {
            if (index >= 0)
                return;
            var bits = Bits(run);
            if (Count(bits, magnitude) is var here && here < rank)
            {
                rank -= here;
                return;
            }

            var i = 0;
            for (; Count(bits[i..Math.Min(i + Stretch, bits.Length)], magnitude) is var inStretch && inStretch < rank; i += Stretch)
                rank -= inStretch;
            for (; rank > 0; i++)
                rank -= (bits[i] & Masks.MagnitudeBits) == magnitude ? 1 : 0;
            index = run.Start + i - 1;
        });
        return index;
    }

    /// <summary>The magnitudes of single elements, as bits.</summary>
    public int[] Magnitudes(params ReadOnlySpan<long> indices)
    {
        var magnitudes = new int[indices.Length];
        _inputs.VisitElements(granularity, indices.ToArray(), (place, offset, run) => magnitudes[place] = Bits(run)[offset] & Masks.MagnitudeBits);
        return magnitudes;
    }

    /// <summary>Σ|x| over what a cut keeps, by <see cref="ExactSum"/>; NaN where that does not take a value.</summary>
    public double SumOf(MagnitudeCut cut)
    {
        var sum = new ExactTotal();
        ForEachRun(run =>
        {
            var block = score(run);
            block.KeepLargest(cut);
            sum.Add(((CpuBlock)block).Values);
        });
        return sum.Value;
    }

    /// <summary>How many elements of a run have exactly this magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Count(ReadOnlySpan<int> bits, int magnitude)
    {
        var (i, count) = (0, 0);
        for (; i <= bits.Length - Vector512<int>.Count; i += Vector512<int>.Count)
        {
            var magnitudes = Vector512.Create(bits.Slice(i, Vector512<int>.Count)) & Vector512.Create(Masks.MagnitudeBits);
            count += BitOperations.PopCount(Vector512.Equals(magnitudes, Vector512.Create(magnitude)).ExtractMostSignificantBits());
        }

        for (; i < bits.Length; i++)
            count += (bits[i] & Masks.MagnitudeBits) == magnitude ? 1 : 0;
        return count;
    }

    private void ForEachRun(Action<CpuRun> visit) => _inputs.ForEachSegment(granularity, _segmentLength, (_, runs) => runs(visit));

    private ReadOnlySpan<int> Bits(CpuRun run) => MemoryMarshal.Cast<float, int>(((CpuBlock)score(run)).Values);

    /// <param name="start">Flat index of the first value.</param>
    public delegate void RunVisit(long start, ReadOnlySpan<int> bits);

    public delegate void SpreadVisit(ReadOnlySpan<int> bits);
}
