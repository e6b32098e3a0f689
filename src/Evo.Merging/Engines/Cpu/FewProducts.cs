using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Gram matrices of two or three vectors, for <see cref="InnerProducts"/>: one pass in which all sums stay in registers.
/// </summary>
internal static unsafe class FewProducts
{
    private const int Lanes = 8;

    /// <summary>Adds to the upper half of the matrix, row by row; false, and nothing is done, for another number of vectors.</summary>
    public static bool Add<TElements>(byte** vectors, byte* subtrahend, int count, int length, Span<double> products)
        where TElements : struct, IElements
    {
        switch (count)
        {
            case 2:
                AddTwo<TElements>(vectors[0], vectors[1], subtrahend, length, products);
                return true;
            case 3:
                AddThree<TElements>(vectors[0], vectors[1], vectors[2], subtrahend, length, products);
                return true;
            default:
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTwo<TElements>(byte* first, byte* second, byte* subtrahend, int length, Span<double> products)
        where TElements : struct, IElements
    {
        var (xx, xy, yy) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var (uu, uv, vv) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0, end = (nuint)length;
        for (; i + Lanes <= end; i += Lanes)
        {
            var (left, right) = (TElements.Load(first, subtrahend, i), TElements.Load(second, subtrahend, i));
            var (x, y) = (Vector256.WidenLower(left), Vector256.WidenLower(right));
            xx = Vector256.FusedMultiplyAdd(x, x, xx);
            xy = Vector256.FusedMultiplyAdd(x, y, xy);
            yy = Vector256.FusedMultiplyAdd(y, y, yy);
            var (u, v) = (Vector256.WidenUpper(left), Vector256.WidenUpper(right));
            uu = Vector256.FusedMultiplyAdd(u, u, uu);
            uv = Vector256.FusedMultiplyAdd(u, v, uv);
            vv = Vector256.FusedMultiplyAdd(v, v, vv);
        }

        products[0] += Total(xx + uu);
        products[1] += Total(xy + uv);
        products[2] += Total(yy + vv);
        for (; i < end; i++)
        {
            var (x, y) = ((double)TElements.LoadOne(first, subtrahend, i), (double)TElements.LoadOne(second, subtrahend, i));
            products[0] += x * x;
            products[1] += x * y;
            products[2] += y * y;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddThree<TElements>(byte* first, byte* second, byte* third, byte* subtrahend, int length, Span<double> products)
        where TElements : struct, IElements
    {
        var (xx, xy, xz) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var (yy, yz, zz) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0, end = (nuint)length;
        for (; i + Lanes <= end; i += Lanes)
        {
            var (one, two, three) = (TElements.Load(first, subtrahend, i), TElements.Load(second, subtrahend, i), TElements.Load(third, subtrahend, i));
            var (x, y, z) = (Vector256.WidenLower(one), Vector256.WidenLower(two), Vector256.WidenLower(three));
            xx = Vector256.FusedMultiplyAdd(x, x, xx);
            xy = Vector256.FusedMultiplyAdd(x, y, xy);
            xz = Vector256.FusedMultiplyAdd(x, z, xz);
            yy = Vector256.FusedMultiplyAdd(y, y, yy);
            yz = Vector256.FusedMultiplyAdd(y, z, yz);
            zz = Vector256.FusedMultiplyAdd(z, z, zz);
            (x, y, z) = (Vector256.WidenUpper(one), Vector256.WidenUpper(two), Vector256.WidenUpper(three));
            xx = Vector256.FusedMultiplyAdd(x, x, xx);
            xy = Vector256.FusedMultiplyAdd(x, y, xy);
            xz = Vector256.FusedMultiplyAdd(x, z, xz);
            yy = Vector256.FusedMultiplyAdd(y, y, yy);
            yz = Vector256.FusedMultiplyAdd(y, z, yz);
            zz = Vector256.FusedMultiplyAdd(z, z, zz);
        }

        products[0] += Total(xx);
        products[1] += Total(xy);
        products[2] += Total(xz);
        products[3] += Total(yy);
        products[4] += Total(yz);
        products[5] += Total(zz);
        for (; i < end; i++)
        {
            var (x, y) = ((double)TElements.LoadOne(first, subtrahend, i), (double)TElements.LoadOne(second, subtrahend, i));
            var z = (double)TElements.LoadOne(third, subtrahend, i);
            products[0] += x * x;
            products[1] += x * y;
            products[2] += x * z;
            products[3] += y * y;
            products[4] += y * z;
            products[5] += z * z;
        }
    }

    private static double Total(Vector256<double> lanes) => lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

/// <summary>How vectors become float32 for <see cref="FewProducts"/>, eight elements at a time.</summary>
internal unsafe interface IElements
{
    /// <param name="subtrahend">Null where nothing is subtracted.</param>
    static abstract Vector256<float> Load(byte* vector, byte* subtrahend, nuint index);

    static abstract float LoadOne(byte* vector, byte* subtrahend, nuint index);
}

/// <summary>float32.</summary>
internal readonly unsafe struct SingleElements : IElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* vector, byte* subtrahend, nuint index) => Vector256.Load((float*)vector + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* vector, byte* subtrahend, nuint index) => SingleInput.LoadOne(vector, index);
}

/// <summary>bfloat16, as it is stored.</summary>
internal readonly unsafe struct StoredElements : IElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* vector, byte* subtrahend, nuint index)
    {
        var halves = (ushort*)vector + index;
        var bits = Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(halves)
            : Vector256.Create(Vector128.WidenLower(Vector128.Load(halves)), Vector128.WidenUpper(Vector128.Load(halves))).AsInt32();
        return (bits << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* vector, byte* subtrahend, nuint index) => BFloat16Input.LoadOne(vector, index);
}

/// <summary>Stored bfloat16 minus stored bfloat16, rounded to float32.</summary>
internal readonly unsafe struct DifferingElements : IElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* vector, byte* subtrahend, nuint index) =>
        StoredElements.Load(vector, null, index) - StoredElements.Load(subtrahend, null, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* vector, byte* subtrahend, nuint index) =>
        BFloat16Input.LoadOne(vector, index) - BFloat16Input.LoadOne(subtrahend, index);
}
