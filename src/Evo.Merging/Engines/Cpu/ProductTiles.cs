using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Inner products of neighbouring vectors with neighbouring vectors, all at once, so that each element is loaded for several products. Vectors lie one
/// <see cref="Stretch"/> apart, their length is a multiple of <see cref="Lanes"/>; a product goes out as <see cref="Parts"/> float64 numbers to add up. Which tile it was part
/// of does not show in its bits.
/// </summary>
internal static unsafe class ProductTiles
{
    public const int Stretch = 512;
    public const int Lanes = 16;
    public const int Parts = 4;

    /// <summary>Two vectors with each other.</summary>
    /// <param name="rows">Where the products of each vector with itself and those after it go, next to each other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoWithEachOther(float* vectors, int length, double** rows)
    {
        var (xx, xy, yy) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var end = vectors + length; vectors < end; vectors += Lanes)
        {
            var (x, y) = (Vector512.Load(vectors), Vector512.Load(vectors + Stretch));
            xx = Vector512.FusedMultiplyAdd(x, x, xx);
            xy = Vector512.FusedMultiplyAdd(x, y, xy);
            yy = Vector512.FusedMultiplyAdd(y, y, yy);
        }

        Keep(xx, rows[0]);
        Keep(xy, rows[0] + Parts);
        Keep(yy, rows[1]);
    }

    /// <summary>Two vectors with two others.</summary>
    /// <param name="rows">Where the products of each left vector go, those with neighbouring right vectors next to each other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoWithTwo(float* left, float* right, int length, double** rows)
    {
        var (xz, xw) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var (yz, yw) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var end = left + length; left < end; left += Lanes, right += Lanes)
        {
            var (x, y) = (Vector512.Load(left), Vector512.Load(left + Stretch));
            var z = Vector512.Load(right);
            xz = Vector512.FusedMultiplyAdd(x, z, xz);
            yz = Vector512.FusedMultiplyAdd(y, z, yz);
            z = Vector512.Load(right + Stretch);
            xw = Vector512.FusedMultiplyAdd(x, z, xw);
            yw = Vector512.FusedMultiplyAdd(y, z, yw);
        }

        Keep(xz, rows[0]);
        Keep(xw, rows[0] + Parts);
        Keep(yz, rows[1]);
        Keep(yw, rows[1] + Parts);
    }

    /// <summary>Four vectors with each other: 14 registers of 512 bits.</summary>
    /// <inheritdoc cref="TwoWithEachOther"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourWithEachOther(float* vectors, int length, double** rows)
    {
        var first = default(FourSums);
        var (yy, yz, yw) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (zz, zw, ww) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var end = vectors + length; vectors < end; vectors += Lanes)
        {
            var (x, y) = (Vector512.Load(vectors), Vector512.Load(vectors + Stretch));
            var (z, w) = (Vector512.Load(vectors + (2 * Stretch)), Vector512.Load(vectors + (3 * Stretch)));
            first.Add(x, x, y, z, w);
            yy = Vector512.FusedMultiplyAdd(y, y, yy);
            yz = Vector512.FusedMultiplyAdd(y, z, yz);
            yw = Vector512.FusedMultiplyAdd(y, w, yw);
            zz = Vector512.FusedMultiplyAdd(z, z, zz);
            zw = Vector512.FusedMultiplyAdd(z, w, zw);
            ww = Vector512.FusedMultiplyAdd(w, w, ww);
        }

        first.Keep(rows[0]);
        Keep(yy, rows[1]);
        Keep(yz, rows[1] + Parts);
        Keep(yw, rows[1] + (2 * Parts));
        Keep(zz, rows[2]);
        Keep(zw, rows[2] + Parts);
        Keep(ww, rows[3]);
    }

    /// <summary>Four vectors with four others: 21 registers of 512 bits.</summary>
    /// <inheritdoc cref="TwoWithTwo"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourWithFour(float* left, float* right, int length, double** rows)
    {
        var (first, second) = (default(FourSums), default(FourSums));
        var (third, fourth) = (default(FourSums), default(FourSums));
        for (var end = left + length; left < end; left += Lanes, right += Lanes)
        {
            var (x, y) = (Vector512.Load(right), Vector512.Load(right + Stretch));
            var (z, w) = (Vector512.Load(right + (2 * Stretch)), Vector512.Load(right + (3 * Stretch)));
            first.Add(Vector512.Load(left), x, y, z, w);
            second.Add(Vector512.Load(left + Stretch), x, y, z, w);
            third.Add(Vector512.Load(left + (2 * Stretch)), x, y, z, w);
            fourth.Add(Vector512.Load(left + (3 * Stretch)), x, y, z, w);
        }

        first.Keep(rows[0]);
        second.Keep(rows[1]);
        third.Keep(rows[2]);
        fourth.Keep(rows[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(Vector512<float> lanes, double* parts) => Keep(lanes.GetLower() + lanes.GetUpper(), parts);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep(Vector256<float> lanes, double* parts) => (Vector256.WidenLower(lanes) + Vector256.WidenUpper(lanes)).Store(parts);

    /// <summary>Sums of products of one vector with four.</summary>
    private struct FourSums
    {
        private Vector512<float> _x, _y, _z, _w;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector512<float> vector, Vector512<float> x, Vector512<float> y, Vector512<float> z, Vector512<float> w)
        {
            _x = Vector512.FusedMultiplyAdd(vector, x, _x);
            _y = Vector512.FusedMultiplyAdd(vector, y, _y);
            _z = Vector512.FusedMultiplyAdd(vector, z, _z);
            _w = Vector512.FusedMultiplyAdd(vector, w, _w);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Keep(double* parts)
        {
            ProductTiles.Keep(_x, parts);
            ProductTiles.Keep(_y, parts + Parts);
            ProductTiles.Keep(_z, parts + (2 * Parts));
            ProductTiles.Keep(_w, parts + (3 * Parts));
        }
    }
}
