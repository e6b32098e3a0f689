using System.Numerics.Tensors;
using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Diagnostics;

/// <summary>
/// Computes <see cref="StaticSignals"/> in two passes over pieces of fixed size, combined in order: the same bits for any number of threads, and memory that
/// does not depend on the tensor.
/// </summary>
internal static class SignalScan
{
    private const int SegmentLength = 1 << 20;
    private const int PieceLength = 1 << 14;

    public delegate void Reader(long first, Span<float> destination);

    public static StaticSignals Of(Reader read, long elements, CpuWorkers workers, CancellationToken cancellation)
    {
        if (elements == 0)
            return default;
        var moments = new Moments[(int)((elements + SegmentLength - 1) / SegmentLength)];
        ForEachSegment(read, elements, workers, (segment, values) => moments[segment] = moments[segment].With(values), cancellation);
        var total = moments.Aggregate(Moments.Empty, (sum, segment) => sum.With(segment));
        if (!double.IsFinite(total.Sum) || !double.IsFinite(total.Squares))
            return StaticSignals.None;
        var variance = Math.Max(0, (total.Squares / elements) - (total.Sum / elements * (total.Sum / elements)));
        var entropy = total.Largest > total.Smallest ? Entropy(read, elements, total, workers, cancellation) : 0;
        return new StaticSignals(entropy, Math.Sqrt(variance), Math.Sqrt(total.Squares));
    }

    private static double Entropy(Reader read, long elements, Moments range, CpuWorkers workers, CancellationToken cancellation)
    {
        var counts = new long[StaticSignals.Bins];
        var (smallest, scale) = ((double)range.Smallest, StaticSignals.Bins / ((double)range.Largest - range.Smallest));
        ForEachSegment(read, elements, workers, (_, values) =>
        {
            Span<int> bins = stackalloc int[StaticSignals.Bins];
            bins.Clear();
            foreach (var value in values)
                bins[Math.Min(StaticSignals.Bins - 1, (int)((value - smallest) * scale))]++;
            for (var bin = 0; bin < bins.Length; bin++)
                if (bins[bin] > 0)
                    Interlocked.Add(ref counts[bin], bins[bin]);
        }, cancellation);

        // In the order of the counts, so that tensors whose bins are as full have the same entropy to the last bit: ranks are taken of it.
        return -counts.Where(count => count > 0).Order().Sum(count => (double)count / elements * Math.Log2((double)count / elements));
    }

    private static void ForEachSegment(Reader read, long elements, CpuWorkers workers, Visit visit, CancellationToken cancellation) =>
        workers.ForEach((int)((elements + SegmentLength - 1) / SegmentLength), (segment, _) =>
        {
            var piece = new float[PieceLength];
            var end = Math.Min(elements, (segment + 1L) * SegmentLength);
            for (var start = (long)segment * SegmentLength; start < end; start += PieceLength)
            {
                var values = piece.AsSpan(0, (int)Math.Min(PieceLength, end - start));
                read(start, values);
                visit(segment, values);
            }
        }, cancellation);

    private delegate void Visit(int segment, ReadOnlySpan<float> values);

    private readonly record struct Moments(bool Any, float Smallest, float Largest, double Sum, double Squares)
    {
        public static Moments Empty => default;

        public Moments With(ReadOnlySpan<float> values)
        {
            double sum = 0;
            foreach (var value in values)
                sum += value;
            return With(new Moments(true, TensorPrimitives.Min(values), TensorPrimitives.Max(values), sum, Reductions.Dot(values, values)));
        }

        public Moments With(Moments other) => !Any ? other : !other.Any ? this : new Moments(
            true, Math.Min(Smallest, other.Smallest), Math.Max(Largest, other.Largest), Sum + other.Sum, Squares + other.Squares);
    }
}
