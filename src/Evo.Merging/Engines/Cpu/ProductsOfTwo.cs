using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Gram matrices of two vectors, for <see cref="InnerProducts"/>: one pass in which all sums stay in registers.
/// </summary>
internal static unsafe class ProductsOfTwo
{
    private const int Lanes = 8;

    /// <summary>Adds ⟨x,x⟩, ⟨x,y⟩ and ⟨y,y⟩.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TElements>(byte* first, byte* second, byte* subtrahend, int length, Span<double> products)
        where TElements : struct, IEightElements
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

    private static double Total(Vector256<double> lanes) => lanes[0] + lanes[1] + lanes[2] + lanes[3];
}
