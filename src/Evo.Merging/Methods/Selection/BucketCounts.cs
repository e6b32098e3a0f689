using System.Numerics.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Selection;

/// <summary>A table of counts without the zeros at its ends: the numbers of one tensor take a few exponents only.</summary>
internal sealed record BucketCounts(int First, long[] Counts) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(Counts);

    public static BucketCounts Of(long[] table)
    {
        var first = table.AsSpan().IndexOfAnyExcept(0L);
        return first < 0 ? new BucketCounts(0, []) : new BucketCounts(first, table[first..(table.AsSpan().LastIndexOfAnyExcept(0L) + 1)]);
    }

    public void AddTo(long[] table)
    {
        var counted = table.AsSpan(First, Counts.Length);
        TensorPrimitives.Add(counted, Counts, counted);
    }
}
