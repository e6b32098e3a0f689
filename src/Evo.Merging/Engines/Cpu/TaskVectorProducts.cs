using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Gram matrices of three and more task vectors, where nearly is enough (<see cref="InnerProducts"/> are exact): within a stretch in float32, up to 64 elements to a lane, and
/// the stretches in float64. Squares come out about 2⁻²³ too small at most, however many stretches there are. Quicker than float64 throughout: benchmarks/merging.md.
/// </summary>
internal static unsafe class TaskVectorProducts
{
    private const int Stretch = 512;
    private const int Lanes = 16;
    private const int Parts = 4; // that a sum is kept in
    private const int Alignment = 64;
    private const int MostOnStack = 24;

    // Squares between these have no terms that float32 loses and that matter, and sums of their products do not become infinite.
    private const double SmallestSquare = 1.0 / (1L << 40) / (1L << 40);
    private const double LargestSquare = 1e30;

    /// <summary>Of stored bf16 vectors minus another.</summary>
    [SkipLocalsInit]
    public static void Add(byte** vectors, byte* subtrahend, int count, int length, Span<double> products)
    {
        var numbers = products.Length * Parts;
        var differing = count == 3 ? 0 : (Even(count) + 1) * Stretch;
        var room = Alignment + (differing * sizeof(float)) + (((2 * numbers) + Parts) * sizeof(double));
        Span<byte> memory = count <= MostOnStack ? stackalloc byte[room] : new byte[room];
        var places = stackalloc byte*[count];
        fixed (byte* unaligned = memory)
        {
            var differences = (float*)(((nuint)unaligned + Alignment - 1) & ~(nuint)(Alignment - 1));
            var sums = (double*)(differences + differing);
            var ofStretch = sums + numbers;
            new Span<double>(sums, numbers).Clear();
            if (differing > 0 && count % 2 != 0)
                new Span<float>(differences + (count * Stretch), Stretch).Clear(); // goes with the last
            for (int first = 0, elements; first < length; first += elements)
            {
                elements = Math.Min(Stretch, length - first);
                for (var vector = 0; vector < count; vector++)
                    places[vector] = vectors[vector] + (first * sizeof(ushort));
                if (count == 3 && elements > Lanes)
                    elements &= -Lanes;
                var @base = subtrahend + (first * sizeof(ushort));
                if (count == 3 ? MultiplyThree(places, @base, elements, ofStretch) : Multiply(places, @base, count, elements, differences, ofStretch))
                    for (var number = 0; number < numbers; number += Parts)
                        (Vector256.Load(sums + number) + Vector256.Load(ofStretch + number)).Store(sums + number);
                else
                    InnerProducts.AddOfDifferences(places, @base, count, elements, products);
            }

            for (var pair = 0; pair < products.Length; pair++)
                products[pair] += Total(sums + (pair * Parts));
        }
    }

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

        Keep(xx, products);
        Keep(xy, products + Parts);
        Keep(xz, products + (2 * Parts));
        Keep(yy, products + (3 * Parts));
        Keep(yz, products + (4 * Parts));
        Keep(zz, products + (5 * Parts));
        return IsExpressible(products) && IsExpressible(products + (3 * Parts)) && IsExpressible(products + (5 * Parts));
    }

    /// <summary>The products of one stretch; false when float32 may not be enough for them.</summary>
    private static bool Multiply(byte** vectors, byte* subtrahend, int count, int length, float* differences, double* products)
    {
        var @base = differences + (Even(count) * Stretch);
        Widen(subtrahend, length, @base);
        for (var vector = 0; vector < count; vector++)
            Subtract(vectors[vector], @base, length, differences + (vector * Stretch));
        var filled = (length + Lanes - 1) & -Lanes;
        for (var row = 0; row < count; row += 2)
            for (var column = row; column < count; column += 2)
                MultiplyFour(differences + (row * Stretch), differences + (column * Stretch), filled,
                    Place(row, column), Place(row, column + 1), Place(row + 1, column), Place(row + 1, column + 1));
        var areExpressible = true;
        for (var vector = 0; vector < count; vector++)
            areExpressible &= IsExpressible(Place(vector, vector));
        return areExpressible;

        // Behind the upper half is room for what nobody asked for.
        double* Place(int left, int right) => products + (Parts * (left > right || right >= count ? count * (count + 1) / 2 : (left * count) - (left * (left + 1) / 2) + right));
    }

    private static bool IsExpressible(double* square) => Total(square) is >= SmallestSquare and <= LargestSquare;

    private static int Even(int count) => (count + 1) & ~1;

    /// <summary>Two neighbouring vectors with two neighbouring vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFour(float* left, float* right, int length, double* one, double* two, double* three, double* four)
    {
        var (first, second) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var (third, fourth) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var end = left + length; left < end; left += Lanes, right += Lanes)
        {
            var (x, y) = (Vector512.Load(left), Vector512.Load(left + Stretch));
            var z = Vector512.Load(right);
            first = Vector512.FusedMultiplyAdd(z, x, first);
            third = Vector512.FusedMultiplyAdd(z, y, third);
            z = Vector512.Load(right + Stretch);
            second = Vector512.FusedMultiplyAdd(z, x, second);
            fourth = Vector512.FusedMultiplyAdd(z, y, fourth);
        }

        Keep(first.GetLower() + first.GetUpper(), one);
        Keep(second.GetLower() + second.GetUpper(), two);
        Keep(third.GetLower() + third.GetUpper(), three);
        Keep(fourth.GetLower() + fourth.GetUpper(), four);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(Vector256<float> lanes, double* parts) => (Vector256.WidenLower(lanes) + Vector256.WidenUpper(lanes)).Store(parts);

    private static double Total(double* parts) => (parts[0] + parts[2]) + (parts[1] + parts[3]);

    /// <summary>Zeroes fill up to a multiple of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* stored, int length, float* values)
    {
        var i = 0;
        for (; i <= length - Lanes; i += Lanes)
            EvenOddBFloat16Input.Load(stored, (nuint)i).Store(values + i);
        for (var rest = i; rest < ((length + Lanes - 1) & -Lanes); rest++)
            values[rest] = rest < length ? BFloat16Input.LoadOne(stored, (nuint)rest) : 0;
    }

    /// <inheritdoc cref="Widen"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(byte* stored, float* subtrahend, int length, float* differences)
    {
        var i = 0;
        for (; i <= length - Lanes; i += Lanes)
        {
            if (Sse.IsSupported)
                Sse.Prefetch0(stored + ((i + Stretch) * sizeof(ushort))); // the next stretch, while this one is multiplied
            (EvenOddBFloat16Input.Load(stored, (nuint)i) - Vector512.Load(subtrahend + i)).Store(differences + i);
        }

        for (var rest = i; rest < ((length + Lanes - 1) & -Lanes); rest++)
            differences[rest] = rest < length ? BFloat16Input.LoadOne(stored, (nuint)rest) - subtrahend[rest] : 0;
    }
}
