using System.Collections.Concurrent;
using System.Numerics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Σ|τ| of one model by the upper bits of the elements' draws, in the units of <see cref="ExactSum"/>: a quarter of a byte an element.</summary>
internal sealed class DrawTable : IPreparedValue
{
    private const int SegmentLength = 1 << 20;
    private const int ElementsOfABucket = 32;
    private const int BucketsOfAGroup = 1024;
    private const long FewestElements = 1 << 18; // a pass over fewer is faster than going through the draws of a bucket

    private readonly CpuTensorInputs _inputs;
    private readonly int _model;
    private readonly MaskKey _mask;
    private readonly int _shift;
    private readonly long[] _sums;
    private readonly Int128[] _before;

    /// <summary>All magnitudes must be such as <see cref="ExactSum"/> takes.</summary>
    public DrawTable(CpuTensorInputs inputs, int model, MaskKey mask)
    {
        (_inputs, _model, _mask) = (inputs, model, mask);
        var buckets = Buckets(inputs.ElementCount);
        _shift = 32 - BitOperations.Log2((uint)buckets);
        _sums = Fill(buckets);
        _before = new Int128[(buckets / BucketsOfAGroup) + 1];
        for (var group = 1; group < _before.Length; group++)
            _before[group] = _before[group - 1] + Total((group - 1) * BucketsOfAGroup, group * BucketsOfAGroup);
    }

    public long Bytes => BytesFor(_inputs.ElementCount);

    /// <summary>Whether a table is of use: tensors that are neither small nor beyond one round of draws.</summary>
    public static bool Suits(long elements) => elements is >= FewestElements and <= int.MaxValue;

    public static long BytesFor(long elements) => Buckets(elements) * (sizeof(long) + (16L / BucketsOfAGroup));

    /// <summary>The sum over the elements whose draw is below the bound.</summary>
    public double Sum(uint bound)
    {
        var bucket = (int)(bound >> _shift);
        var group = bucket / BucketsOfAGroup;
        return ExactSum.Value(_before[group] + Total(group * BucketsOfAGroup, bucket) + Among((uint)bucket << _shift, bound));
    }

    private static int Buckets(long elements) => (int)BitOperations.RoundUpToPowerOf2((ulong)(elements / ElementsOfABucket));

    private Int128 Total(int first, int end)
    {
        Int128 sum = 0;
        for (var bucket = first; bucket < end; bucket++)
            sum += _sums[bucket];
        return sum;
    }

    /// <summary>The sum over the elements whose draw lies in [first, end).</summary>
    private Int128 Among(uint first, uint end)
    {
        var elements = _mask.Drawn(first, end, (uint)_inputs.ElementCount);
        Int128 sum = 0;
        _inputs.VisitElements(Granularity.Elements, elements, (_, _, run) =>
            sum += ExactSum.Units(Math.Abs(((CpuBlock)run.TaskVector(_model)).Values[0])));
        return sum;
    }

    /// <summary>Threads add into tables of their own.</summary>
    private long[] Fill(int buckets)
    {
        var tables = new ConcurrentBag<long[]>();
        _inputs.ForEachSegment(Granularity.Elements, SegmentLength, (_, runs) =>
        {
            var table = tables.TryTake(out var taken) ? taken : new long[buckets];
            runs(run => Add(((CpuBlock)run.TaskVector(_model)).Values, run.Start, table));
            tables.Add(table);
        });
        var sums = tables.TryTake(out var first) ? first : new long[buckets];
        foreach (var table in tables)
            for (var bucket = 0; bucket < buckets; bucket++)
                sums[bucket] = checked(sums[bucket] + table[bucket]);
        return sums;
    }

    private void Add(ReadOnlySpan<float> values, long start, long[] table)
    {
        Span<uint> draws = stackalloc uint[Vector<uint>.Count];
        var i = 0;
        for (; i <= values.Length - draws.Length; i += draws.Length)
        {
            _mask.Draws(start + i).CopyTo(draws);
            for (var lane = 0; lane < draws.Length; lane++)
                Add(table, draws[lane], values[i + lane]);
        }

        for (; i < values.Length; i++)
            Add(table, _mask.Draw(start + i), values[i]);
    }

    private void Add(long[] table, uint draw, float value)
    {
        ref var sum = ref table[draw >> _shift];
        sum = checked(sum + ExactSum.SmallUnits(Math.Abs(value)));
    }
}
