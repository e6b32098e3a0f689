using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Gram matrices of many task vectors, for <see cref="InnerProducts"/>: within a stretch in float32, sixteen elements to a lane, and the stretches in float64. That takes a
/// third of the time of float64 throughout; of what the terms sum up to without their signs, it is off by about 2⁻²⁵ in one stretch and by less the more there are.
/// </summary>
internal static unsafe class TaskVectorProducts
{
    private const int Stretch = 256;
    private const int Lanes = 16;
    private const int MostOnStack = 24;

    // Squares between these have no terms that float32 loses and that matter, and sums of their products do not become infinite.
    private const double SmallestSquare = 1.0 / (1L << 40) / (1L << 40);
    private const double LargestSquare = 1e30;

    /// <summary>Of stored bf16 vectors minus another.</summary>
    public static void Add(byte** vectors, byte* subtrahend, int count, int length, Span<double> products)
    {
        var even = (count + 1) & ~1;
        var needed = (even + 1) * Stretch;
        Span<float> memory = count <= MostOnStack ? stackalloc float[needed] : new float[needed];
        Span<double> ofStretch = count <= MostOnStack ? stackalloc double[products.Length] : new double[products.Length];
        var places = stackalloc byte*[count];
        memory.Slice((even - 1) * Stretch, Stretch).Clear(); // of an odd count, one more vector of zeroes
        fixed (float* differences = memory)
            for (var first = 0; first < length; first += Stretch)
            {
                var elements = Math.Min(Stretch, length - first);
                var filled = (elements + Lanes - 1) & -Lanes;
                var @base = differences + (even * Stretch);
                Widen(subtrahend + (first * sizeof(ushort)), elements, @base);
                for (var vector = 0; vector < count; vector++)
                {
                    places[vector] = vectors[vector] + (first * sizeof(ushort));
                    Subtract(places[vector], @base, elements, differences + (vector * Stretch));
                }

                if (Multiply(differences, count, filled, ofStretch))
                    for (var pair = 0; pair < products.Length; pair++)
                        products[pair] += ofStretch[pair];
                else
                    InnerProducts.AddOfDifferencesExactly(places, subtrahend + (first * sizeof(ushort)), count, elements, products);
            }
    }

    /// <summary>The products of one stretch; false when float32 may not be enough for them.</summary>
    private static bool Multiply(float* vectors, int count, int length, Span<double> products)
    {
        var four = stackalloc double[4];
        for (var row = 0; row < count; row += 2)
            for (var column = row; column < count; column += 2)
            {
                MultiplyFour(vectors + (row * Stretch), vectors + (column * Stretch), length, four);
                for (var i = 0; i < 4; i++)
                {
                    var (left, right) = (row + (i >> 1), column + (i & 1));
                    if (left <= right && right < count)
                        products[(left * count) - (left * (left + 1) / 2) + right] = four[i];
                    if (left == right && left < count && four[i] is not (>= SmallestSquare and <= LargestSquare))
                        return false;
                }
            }

        return true;
    }

    /// <summary>Two neighbouring vectors with two neighbouring vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFour(float* left, float* right, int length, double* products)
    {
        var (first, second) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var (third, fourth) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < length; i += Lanes)
        {
            var (x, y) = (Vector512.Load(left + i), Vector512.Load(left + Stretch + i));
            var z = Vector512.Load(right + i);
            first = Vector512.FusedMultiplyAdd(z, x, first);
            third = Vector512.FusedMultiplyAdd(z, y, third);
            z = Vector512.Load(right + Stretch + i);
            second = Vector512.FusedMultiplyAdd(z, x, second);
            fourth = Vector512.FusedMultiplyAdd(z, y, fourth);
        }

        products[0] = Total(first);
        products[1] = Total(second);
        products[2] = Total(third);
        products[3] = Total(fourth);
    }

    /// <summary>In halves, always the same ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Total(Vector512<float> lanes)
    {
        var (lower, upper) = Vector512.Widen(lanes);
        var eight = lower + upper;
        var four = eight.GetLower() + eight.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }

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
            (EvenOddBFloat16Input.Load(stored, (nuint)i) - Vector512.Load(subtrahend + i)).Store(differences + i);
        for (var rest = i; rest < ((length + Lanes - 1) & -Lanes); rest++)
            differences[rest] = rest < length ? BFloat16Input.LoadOne(stored, (nuint)rest) - subtrahend[rest] : 0;
    }
}
