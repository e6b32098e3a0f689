using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// Scale · L · R in float32, with L [rows, rank] and R [rank, columns], both row-major: an update laid out as the weight that it is added to. The product
/// is never formed; any run of its elements is computed when asked for, each element by the same operations wherever a run begins: the sum over the
/// rank in order, fused multiply-adds throughout, then one for the scale.
/// </summary>
public sealed class LowRankProduct
{
    /// <param name="left">L, rows · rank elements.</param>
    /// <param name="right">R, rank · columns elements.</param>
    /// <exception cref="ArgumentException">The lengths are not those of the extents.</exception>
    public LowRankProduct(long rows, long columns, int rank, float[] left, float[] right, float scale)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.LongLength != checked(rows * rank) || right.LongLength != checked(columns * rank))
            throw new ArgumentException($"{left.LongLength} and {right.LongLength} elements are no factors of rank {rank} of a matrix [{rows}, {columns}]");
        (Rows, Columns, Rank, Left, Right, Scale) = (rows, columns, rank, left, right, scale);
    }

    public long Rows { get; }

    public long Columns { get; }

    public int Rank { get; }

    public float[] Left { get; }

    public float[] Right { get; }

    public float Scale { get; }

    /// <summary>Adds elements [first, first + length) of factor · the product, counted row by row, to <paramref name="destination"/>.</summary>
    public void AddTo(long first, Span<float> destination, float factor = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, (Rows * Columns) - destination.Length);
        while (!destination.IsEmpty)
        {
            var (row, column) = Math.DivRem(first, Columns);
            var length = (int)Math.Min(destination.Length, Columns - column);
            AddRow(Left.AsSpan(checked((int)(row * Rank)), Rank), checked((int)column), destination[..length], Scale * factor);
            destination = destination[length..];
            first += length;
        }
    }

    private void AddRow(ReadOnlySpan<float> coefficients, int column, Span<float> destination, float scale)
    {
        ref var target = ref MemoryMarshal.GetReference(destination);
        ref var source = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Right), column);
        var stride = (nint)Columns;
        var scales = new Vector<float>(scale);
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= destination.Length - (6 * width); i += 6 * width)
        {
            Vector<float> a = Vector<float>.Zero, b = a, c = a, d = a, e = a, f = a;
            ref var row = ref Unsafe.Add(ref source, i);
            foreach (var value in coefficients)
            {
                var factor = new Vector<float>(value);
                a = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref row), a);
                b = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref row, (nuint)width), b);
                c = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref row, (nuint)(2 * width)), c);
                d = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref row, (nuint)(3 * width)), d);
                e = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref row, (nuint)(4 * width)), e);
                f = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref row, (nuint)(5 * width)), f);
                row = ref Unsafe.Add(ref row, stride);
            }

            ref var piece = ref Unsafe.Add(ref target, i);
            Store(ref piece, 0, a);
            Store(ref piece, width, b);
            Store(ref piece, 2 * width, c);
            Store(ref piece, 3 * width, d);
            Store(ref piece, 4 * width, e);
            Store(ref piece, 5 * width, f);
        }

        for (; i <= destination.Length - width; i += width)
        {
            var sum = Vector<float>.Zero;
            for (var k = 0; k < coefficients.Length; k++)
                sum = Vector.FusedMultiplyAdd(new Vector<float>(coefficients[k]), Vector.LoadUnsafe(ref Unsafe.Add(ref source, i + (k * stride))), sum);
            Store(ref Unsafe.Add(ref target, i), 0, sum);
        }

        for (; i < destination.Length; i++)
        {
            var sum = 0f;
            for (var k = 0; k < coefficients.Length; k++)
                sum = MathF.FusedMultiplyAdd(coefficients[k], Unsafe.Add(ref source, i + (k * stride)), sum);
            destination[i] = MathF.FusedMultiplyAdd(scale, sum, destination[i]);
        }

        void Store(ref float start, int offset, Vector<float> sum) =>
            Vector.FusedMultiplyAdd(scales, sum, Vector.LoadUnsafe(ref start, (nuint)offset)).StoreUnsafe(ref start, (nuint)offset);
    }
}
