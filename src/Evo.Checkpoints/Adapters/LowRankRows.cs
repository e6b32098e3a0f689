using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// Adds a block of scale · L · R to memory: sums over the rank stay in registers, for two rows and four vectors of columns at a time, so that R is read
/// from the nearest cache. An element's operations are the same in every tile: sums in the order of the rank, fused multiply-adds, then one for the scale.
/// </summary>
internal static class LowRankRows
{
    /// <param name="left">Rows of L, row-major.</param>
    /// <param name="right">R from the first column on.</param>
    /// <param name="stride">Columns of R.</param>
    /// <param name="columns">Columns of the block.</param>
    /// <param name="target">The block, row by row without gaps.</param>
    public static void Add(ReadOnlySpan<float> left, int rank, ReadOnlySpan<float> right, int stride, int columns, Span<float> target, float scale)
    {
        var rows = target.Length / columns;
        var width = Vector<float>.Count;
        ref var factors = ref MemoryMarshal.GetReference(left);
        ref var source = ref MemoryMarshal.GetReference(right);
        ref var output = ref MemoryMarshal.GetReference(target);
        var column = 0;
        for (; column <= columns - (4 * width); column += 4 * width)
        {
            var row = 0;
            for (; row < rows - 1; row += 2)
                AddTwoRows(
                    ref Unsafe.Add(ref factors, row * rank), rank, ref Unsafe.Add(ref source, column), stride,
                    ref Unsafe.Add(ref output, ((nint)row * columns) + column), columns, scale);
            if (row < rows)
                AddRow(
                    ref Unsafe.Add(ref factors, row * rank), rank, ref Unsafe.Add(ref source, column), stride,
                    ref Unsafe.Add(ref output, ((nint)row * columns) + column), scale);
        }

        for (; column < columns; column++)
            for (var row = 0; row < rows; row++)
            {
                var sum = 0f;
                for (var k = 0; k < rank; k++)
                    sum = MathF.FusedMultiplyAdd(left[(row * rank) + k], Unsafe.Add(ref source, ((nint)k * stride) + column), sum);
                ref var element = ref target[(row * columns) + column];
                element = MathF.FusedMultiplyAdd(scale, sum, element);
            }
    }

    private static void AddTwoRows(ref float left, int rank, ref float source, int stride, ref float target, int columns, float scale)
    {
        var width = (nuint)Vector<float>.Count;
        Vector<float> a = Vector<float>.Zero, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        nuint at = 0;
        for (var k = 0; k < rank; k++, at += (nuint)stride)
        {
            var (first, second) = (new Vector<float>(Unsafe.Add(ref left, k)), new Vector<float>(Unsafe.Add(ref left, rank + k)));
            var values = Vector.LoadUnsafe(ref source, at);
            a = Vector.FusedMultiplyAdd(first, values, a);
            e = Vector.FusedMultiplyAdd(second, values, e);
            values = Vector.LoadUnsafe(ref source, at + width);
            b = Vector.FusedMultiplyAdd(first, values, b);
            f = Vector.FusedMultiplyAdd(second, values, f);
            values = Vector.LoadUnsafe(ref source, at + (2 * width));
            c = Vector.FusedMultiplyAdd(first, values, c);
            g = Vector.FusedMultiplyAdd(second, values, g);
            values = Vector.LoadUnsafe(ref source, at + (3 * width));
            d = Vector.FusedMultiplyAdd(first, values, d);
            h = Vector.FusedMultiplyAdd(second, values, h);
        }

        Store(ref target, scale, a, b, c, d);
        Store(ref Unsafe.Add(ref target, columns), scale, e, f, g, h);
    }

    private static void AddRow(ref float left, int rank, ref float source, int stride, ref float target, float scale)
    {
        var width = (nuint)Vector<float>.Count;
        Vector<float> a = Vector<float>.Zero, b = a, c = a, d = a;
        nuint at = 0;
        for (var k = 0; k < rank; k++, at += (nuint)stride)
        {
            var factor = new Vector<float>(Unsafe.Add(ref left, k));
            a = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref source, at), a);
            b = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref source, at + width), b);
            c = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref source, at + (2 * width)), c);
            d = Vector.FusedMultiplyAdd(factor, Vector.LoadUnsafe(ref source, at + (3 * width)), d);
        }

        Store(ref target, scale, a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float target, float scale, Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d)
    {
        var (width, scales) = ((nuint)Vector<float>.Count, new Vector<float>(scale));
        Vector.FusedMultiplyAdd(scales, a, Vector.LoadUnsafe(ref target)).StoreUnsafe(ref target);
        Vector.FusedMultiplyAdd(scales, b, Vector.LoadUnsafe(ref target, width)).StoreUnsafe(ref target, width);
        Vector.FusedMultiplyAdd(scales, c, Vector.LoadUnsafe(ref target, 2 * width)).StoreUnsafe(ref target, 2 * width);
        Vector.FusedMultiplyAdd(scales, d, Vector.LoadUnsafe(ref target, 3 * width)).StoreUnsafe(ref target, 3 * width);
    }
}
