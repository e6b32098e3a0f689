using System.Runtime.Intrinsics;
using Evo.Checkpoints.Weights;
using Evo.Merging.Planning;

namespace Evo.Search.Workshop;

/// <summary>
/// The measure <c>task_vector_l1</c>: mean |candidate − base| over all elements of all floating-point tensors that both have by one name
/// and size. Summed in float64, in an order that depends on neither threads nor vector width, so it has the same bits everywhere.
/// </summary>
internal static class TaskVectorLength
{
    private const int Piece = 1 << 16;

    /// <exception cref="InvalidOperationException">The two share no tensor.</exception>
    public static double MeanL1(CpuWeights candidate, ParentModels parents, string @base)
    {
        var shared = candidate.Layout.Slots
            .Select(slot => (Slot: slot, Tensor: parents.Tensor(@base, slot.Name)))
            .Where(pair => pair.Tensor is { } source && source.Tensor.Shape.SequenceEqual(pair.Slot.Shape)).ToArray();
        var elements = shared.Sum(pair => (long)pair.Slot.Length);
        if (elements == 0)
            throw new InvalidOperationException($"the candidate shares no tensor with the base {@base}");

        var sums = new double[shared.Length];
        Parallel.For(0, shared.Length, index => sums[index] = SumOfDifferences(candidate, shared[index].Slot, shared[index].Tensor!));
        return sums.Sum() / elements;
    }

    private static double SumOfDifferences(CpuWeights candidate, WeightSlot slot, TensorSource @base)
    {
        var values = candidate.Read(slot);
        var buffer = new float[Math.Min(Piece, slot.Length)];
        double sum = 0;
        for (var start = 0; start < slot.Length; start += Piece)
        {
            var length = Math.Min(Piece, slot.Length - start);
            @base.ReadFloats(start, buffer.AsSpan(0, length));
            sum += SumOfDifferences(values.Slice(start, length), buffer.AsSpan(0, length));
        }

        return sum;
    }

    private static double SumOfDifferences(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var i = 0;
        for (; i + Vector256<float>.Count <= first.Length; i += Vector256<float>.Count)
        {
            var difference = Vector256.Abs(Vector256.Create(first[i..]) - Vector256.Create(second[i..]));
            var (lower, upper) = Vector256.Widen(difference);
            low += lower;
            high += upper;
        }

        var sum = Vector256.Sum(low + high);
        for (; i < first.Length; i++)
            sum += Math.Abs(first[i] - second[i]);
        return sum;
    }
}
