using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Gram matrices of three and more task vectors, where nearly is enough (<see cref="InnerProducts"/> are exact): within a stretch in float32, up to 64 elements to a lane, and
/// the stretches in float64. Squares come out about 2⁻²³ too small at most, however many stretches there are.
/// </summary>
internal static unsafe class TaskVectorProducts
{
    private const int Stretch = ProductTiles.Stretch;
    private const int Lanes = ProductTiles.Lanes;
    private const int Parts = ProductTiles.Parts;
    private const int Alignment = 64;
    private const int MostOnStack = 24;

    // Squares between these have no terms that float32 loses and that matter, and sums of their products do not become infinite.
    private const double SmallestSquare = 1.0 / (1L << 40) / (1L << 40);
    private const double LargestSquare = 1e30;

    /// <summary>Of stored bf16 vectors minus another.</summary>
    [SkipLocalsInit]
    public static void Add(byte** vectors, byte* subtrahend, int count, int length, Span<double> products)
    {
        var padded = count == 3 ? count : (count + 1) & ~1; // the last of an odd number goes with zeroes
        var numbers = padded * (padded + 1) / 2 * Parts;
        var differing = count == 3 ? 0 : (padded + 1) * Stretch;
        var room = Alignment + (differing * sizeof(float)) + (2 * numbers * sizeof(double));
        Span<byte> memory = count <= MostOnStack ? stackalloc byte[room] : new byte[room];
        var places = stackalloc byte*[count];
        fixed (byte* unaligned = memory)
        {
            var differences = (float*)(((nuint)unaligned + Alignment - 1) & ~(nuint)(Alignment - 1));
            var sums = (double*)(differences + differing);
            var ofStretch = sums + numbers;
            new Span<double>(sums, numbers).Clear();
            if (padded > count)
                new Span<float>(differences + (count * Stretch), Stretch).Clear();
            for (int first = 0, elements; first < length; first += elements)
            {
                elements = Math.Min(Stretch, length - first);
                for (var vector = 0; vector < count; vector++)
                    places[vector] = vectors[vector] + (first * sizeof(ushort));
                if (count == 3 && elements > Lanes)
                    elements &= -Lanes;
                var @base = subtrahend + (first * sizeof(ushort));
                if (count == 3 ? MultiplyThree(places, @base, elements, ofStretch) : Multiply(places, @base, count, padded, elements, differences, ofStretch))
                    for (var number = 0; number < numbers; number += Parts)
                        (Vector256.Load(sums + number) + Vector256.Load(ofStretch + number)).Store(sums + number);
                else
                    InnerProducts.AddOfDifferences(places, @base, count, elements, products);
            }

            var product = 0;
            for (var row = 0; row < count; row++)
                for (var column = row; column < count; column++)
                    products[product++] += Total(sums + (Parts * Number(row, column, padded)));
        }
    }

    /// <summary>The place of a product in the upper triangle, row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Number(int row, int column, int side) => (row * side) - (row * (row + 1) / 2) + column;

    /// <summary>The products of one stretch as it is read; false when float32 may not be enough for them, or there is less than a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool MultiplyThree(byte** vectors, byte* subtrahend, int length, double* products)
    {
        if (length % Lanes != 0)
            return false;
        byte* first = vectors[0], second = vectors[1], third = vectors[2];
        var (xx, xy, xz) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var (yy, yz, zz) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (nuint i = 0; i < (nuint)length; i += (nuint)Vector256<float>.Count)
        {
            var x = DifferingElements.Load(first, subtrahend, i);
            var y = DifferingElements.Load(second, subtrahend, i);
            var z = DifferingElements.Load(third, subtrahend, i);
            xx = Vector256.FusedMultiplyAdd(x, x, xx);
            xy = Vector256.FusedMultiplyAdd(x, y, xy);
            xz = Vector256.FusedMultiplyAdd(x, z, xz);
            yy = Vector256.FusedMultiplyAdd(y, y, yy);
            yz = Vector256.FusedMultiplyAdd(y, z, yz);
            zz = Vector256.FusedMultiplyAdd(z, z, zz);
        }

        ProductTiles.Keep(xx, products);
        ProductTiles.Keep(xy, products + Parts);
        ProductTiles.Keep(xz, products + (2 * Parts));
        ProductTiles.Keep(yy, products + (3 * Parts));
        ProductTiles.Keep(yz, products + (4 * Parts));
        ProductTiles.Keep(zz, products + (5 * Parts));
        return IsExpressible(products, first, subtrahend, length) && IsExpressible(products + (3 * Parts), second, subtrahend, length)
            && IsExpressible(products + (5 * Parts), third, subtrahend, length);
    }

    /// <summary>The products of one stretch; false when float32 may not be enough for them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Multiply(byte** vectors, byte* subtrahend, int count, int padded, int length, float* differences, double* products)
    {
        var @base = differences + (padded * Stretch);
        Widen(subtrahend, length, @base);
        for (var vector = 0; vector < count; vector++)
            Subtract(vectors[vector], @base, length, differences + (vector * Stretch));
        var filled = (length + Lanes - 1) & -Lanes;
        var rows = stackalloc double*[4];
        var ahead = 0;
        for (int row = 0, height; row < padded; row += height)
        {
            height = Side(row, padded);
            for (int column = row, width; column < padded; column += width)
            {
                width = Side(column, padded);
                FetchAhead(width);
                for (var one = 0; one < height; one++)
                    rows[one] = products + (Parts * Number(row + one, Math.Max(row + one, column), padded));
                float* left = differences + (row * Stretch), right = differences + (column * Stretch);
                if (width == 4 && row == column)
                    ProductTiles.FourWithEachOther(left, filled, rows);
                else if (width == 4)
                    ProductTiles.FourWithFour(left, right, filled, rows);
                else if (row == column)
                    ProductTiles.TwoWithEachOther(left, filled, rows);
                else
                    for (var one = 0; one < height; one += 2)
                        ProductTiles.TwoWithTwo(left + (one * Stretch), right, filled, rows + one);
            }
        }

        FetchAhead(count + 1);
        var areExpressible = true;
        for (var vector = 0; vector < count; vector++)
            areExpressible &= IsExpressible(products + (Parts * Number(vector, vector, padded)), vectors[vector], subtrahend, length);
        return areExpressible;

        // The next stretch of a few more vectors, while this one is multiplied.
        void FetchAhead(int more)
        {
            for (var end = Math.Min(ahead + more, count + 1); ahead < end; ahead++)
                Prefetch((ahead < count ? vectors[ahead] : subtrahend) + (Stretch * sizeof(ushort)));
        }
    }

    /// <summary>The side of the tiles that begin at a vector: as large as registers hold.</summary>
    private static int Side(int vector, int padded) => Vector512.IsHardwareAccelerated && vector + 4 <= padded ? 4 : 2;

    private static void Prefetch(byte* stored)
    {
        const int Line = 64;
        if (Sse.IsSupported)
            for (var line = 0; line < Stretch * sizeof(ushort); line += Line)
                Sse.Prefetch0(stored + line);
    }

    /// <summary>Whether a square is neither too small nor too large for float32. A square of zero is right for a model that is equal to the base there, as frozen ones are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsExpressible(double* square, byte* vector, byte* subtrahend, int length) => Total(square) switch
    {
        0 => new Span<byte>(vector, length * sizeof(ushort)).SequenceEqual(new Span<byte>(subtrahend, length * sizeof(ushort))),
        var total => total is >= SmallestSquare and <= LargestSquare,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Total(double* parts) => (parts[0] + parts[2]) + (parts[1] + parts[3]);

    /// <summary>Zeroes fill up to a multiple of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* stored, int length, float* values)
    {
        var i = 0;
        for (; i <= length - (2 * Lanes); i += 2 * Lanes)
        {
            var pairs = Vector512.Load((uint*)(stored + (i * sizeof(ushort))));
            Even(pairs).Store(values + i);
            Odd(pairs).Store(values + i + Lanes);
        }

        for (var rest = i; rest < ((length + Lanes - 1) & -Lanes); rest++)
            values[rest] = rest < length ? BFloat16Input.LoadOne(stored, (nuint)rest) : 0;
    }

    /// <inheritdoc cref="Widen"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(byte* stored, float* subtrahend, int length, float* differences)
    {
        var i = 0;
        for (; i <= length - (2 * Lanes); i += 2 * Lanes)
        {
            var pairs = Vector512.Load((uint*)(stored + (i * sizeof(ushort))));
            (Even(pairs) - Vector512.Load(subtrahend + i)).Store(differences + i);
            (Odd(pairs) - Vector512.Load(subtrahend + i + Lanes)).Store(differences + i + Lanes);
        }

        for (var rest = i; rest < ((length + Lanes - 1) & -Lanes); rest++)
            differences[rest] = rest < length ? BFloat16Input.LoadOne(stored, (nuint)rest) - subtrahend[rest] : 0;
    }

    private static Vector512<float> Even(Vector512<uint> pairs) => (pairs << 16).AsSingle();

    private static Vector512<float> Odd(Vector512<uint> pairs) => (pairs & Vector512.Create(0xFFFF0000u)).AsSingle();
}
