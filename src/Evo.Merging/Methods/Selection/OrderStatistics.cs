using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Selection;

/// <summary>Computes one number of each stream for every element of a run, and hands them over as blocks, one a stream.</summary>
internal delegate void StreamVisitor(TensorRun run, Action<int, Block> take);

/// <summary>
/// Exact order statistics of streams of numbers that run over several tensors (the magnitudes of a whole model's task vector, for one) and are computed anew in
/// every pass, never held: radix selection on the bits of the floats, in an order that is that of the numbers. One pass counts the upper 16 bits, one
/// more the lower 16 of the buckets that are asked for; memory is half a megabyte a stream and thread.
/// </summary>
internal sealed class OrderStatistics
{
    private const int LowerBits = 16;
    private const int Buckets = 1 << 16;

    private readonly ImmutableArray<TensorInputs> _tensors;
    private readonly StreamVisitor _visit;
    private readonly long[][] _upper;

    /// <param name="name">What the numbers are called where each tensor's counts are remembered; null when they depend on parameter values.</param>
    /// <exception cref="NonFiniteMergeException">A number is NaN or infinite; the first tensor with one is named.</exception>
    public OrderStatistics(ImmutableArray<TensorInputs> tensors, int streams, StreamVisitor visit, string? name = null)
    {
        _tensors = tensors;
        _visit = visit;
        _upper = name is null ? CountUpper(tensors) : Tables(streams);
        foreach (var tensor in name is null ? [] : tensors)
            foreach (var (counts, table) in tensor.Remember($"counts of {name}", () => Shortened(CountUpper([tensor]))).Zip(_upper))
                counts.AddTo(table);

        long[][] CountUpper(ImmutableArray<TensorInputs> of) => Count(of, streams, static (stream, bits, tables) =>
        {
            var table = tables[stream];
            foreach (var value in bits)
                table[Key(value) >> LowerBits]++;
        });
    }

    /// <summary>How many numbers a stream has.</summary>
    public long CountOf(int stream) => _upper[stream].Sum();

    /// <summary>The numbers at ascending ranks, from 0, which are held to the stream's bounds.</summary>
    public OrderStatistic[] At(params IReadOnlyList<(int Stream, long Rank)> queries)
    {
        var places = queries.Select(query => Ascend(_upper[query.Stream], Math.Clamp(query.Rank, 0, CountOf(query.Stream) - 1))).ToArray();
        var wanted = queries.Zip(places, (query, place) => (query.Stream, place.Bucket)).Distinct().ToArray();
        var lower = Count(_tensors, wanted.Length, (stream, bits, tables) =>
        {
            for (var table = 0; table < wanted.Length; table++)
                if (wanted[table].Stream == stream)
                    CountLower(bits, wanted[table].Bucket, tables[table]);
        });
        return [.. queries.Zip(places, (query, place) =>
        {
            var table = lower[Array.IndexOf(wanted, (query.Stream, place.Bucket))];
            var (bits, _, below) = Ascend(table, place.Rank);
            return new OrderStatistic(Value(((uint)place.Bucket << LowerBits) | (uint)bits), place.Below + below, table[bits]);
        })];
    }

    /// <summary>
    /// The cuts, for each stream and tensor, that keep the given number of largest elements in all tensors together; of equal ones the earlier, by tensor and
    /// flat index. The numbers must not be negative.
    /// </summary>
    public MagnitudeCut[][] Largest(IReadOnlyList<long> counts)
    {
        var kept = counts.Select((count, stream) => Math.Min(count, CountOf(stream))).ToArray();
        var cut = Enumerable.Range(0, kept.Length).Where(stream => kept[stream] > 0).ToArray();
        var found = At([.. cut.Select(stream => (stream, CountOf(stream) - kept[stream]))]);
        var cuts = kept.Select(_ => Same(MagnitudeCut.Nothing)).ToArray();
        foreach (var (stream, statistic) in cut.Zip(found))
        {
            var ties = kept[stream] - (CountOf(stream) - statistic.Below - statistic.Equal);
            cuts[stream] = ties == statistic.Equal
                ? Same(new MagnitudeCut(statistic.Value, long.MaxValue))
                : CutAmongTies(stream, statistic.Value, ties);
        }

        return cuts;
    }

    private MagnitudeCut[] Same(MagnitudeCut cut) => [.. Enumerable.Repeat(cut, _tensors.Length)];

    private MagnitudeCut[] CutAmongTies(int stream, float value, long ties)
    {
        var cuts = Same(new MagnitudeCut(value, -1));
        for (var tensor = 0; tensor < cuts.Length; tensor++)
        {
            var inRuns = CountEqual(_tensors[tensor], stream, value);
            var inTensor = inRuns.Sum(run => run.Equal);
            if (inTensor < ties)
            {
                cuts[tensor] = new MagnitudeCut(value, long.MaxValue);
                ties -= inTensor;
                continue;
            }

            cuts[tensor] = new MagnitudeCut(value, IndexOfTie(_tensors[tensor], stream, value, ties, inRuns));
            break;
        }

        return cuts;
    }

    /// <summary>The runs of a tensor in their order, with the number of elements that equal a value.</summary>
    private (long Start, long Equal)[] CountEqual(TensorInputs tensor, int stream, float value)
    {
        var runs = new ConcurrentBag<(long Start, long Equal)>();
        tensor.Scan(Granularity.Elements, run => _visit(run, (number, block) =>
        {
            if (number == stream)
                runs.Add((run.Start, block.OnHost().Count(value)));
        }));
        return [.. runs.OrderBy(run => run.Start)];
    }

    private long IndexOfTie(TensorInputs tensor, int stream, float value, long rank, (long Start, long Equal)[] runs)
    {
        var wanted = 0;
        for (; runs[wanted].Equal < rank; wanted++)
            rank -= runs[wanted].Equal;
        var index = -1L;
        tensor.Scan(Granularity.Elements, run =>
        {
            if (run.Start != runs[wanted].Start)
                return;
            _visit(run, (number, block) =>
            {
                var values = block.OnHost();
                for (var i = 0; number == stream && i < values.Length && index < 0; i++)
                    if (values[i] == value && --rank == 0)
                        index = run.Start + i;
            });
        });
        return index;
    }

    private long[][] Count(ImmutableArray<TensorInputs> tensors, int tables, Counter count)
    {
        var partial = new ConcurrentBag<long[][]>();
        foreach (var tensor in tensors)
        {
            tensor.Scan(Granularity.Elements, run =>
            {
                var own = partial.TryTake(out var free) ? free : Tables(tables);
                _visit(run, (stream, block) =>
                {
                    var values = block.OnHost();
                    if (!float.IsFinite(TensorPrimitives.MaxMagnitude(values)))
                        throw new NonFiniteMergeException(tensor.Name);
                    count(stream, MemoryMarshal.Cast<float, int>(values), own);
                });
                partial.Add(own);
            });
        }

        var total = Tables(tables);
        foreach (var own in partial)
            for (var table = 0; table < tables; table++)
                TensorPrimitives.Add(total[table], own[table], total[table]);
        return total;
    }

    private static long[][] Tables(int count) => [.. Enumerable.Range(0, count).Select(_ => new long[Buckets])];

    private static BucketCounts[] Shortened(long[][] tables) => [.. tables.Select(BucketCounts.Of)];

    private static void CountLower(ReadOnlySpan<int> bits, int bucket, long[] table)
    {
        foreach (var value in bits)
            if (Key(value) is var key && key >> LowerBits == bucket)
                table[key & (Buckets - 1)]++;
    }

    /// <summary>The bucket of the element at an ascending rank, its rank within it, and the number of elements below the bucket.</summary>
    private static (int Bucket, long Rank, long Below) Ascend(long[] counts, long rank)
    {
        var (bucket, below) = (0, 0L);
        for (; below + counts[bucket] <= rank; bucket++)
            below += counts[bucket];
        return (bucket, rank - below, below);
    }

    /// <summary>Bits that order as the numbers do; −0 comes before 0.</summary>
    private static uint Key(int bits) => (uint)(bits < 0 ? ~bits : bits ^ int.MinValue);

    private static float Value(uint key) => BitConverter.UInt32BitsToSingle((key & 0x80000000) != 0 ? key ^ 0x80000000 : ~key);

    private delegate void Counter(int stream, ReadOnlySpan<int> bits, long[][] tables);
}
