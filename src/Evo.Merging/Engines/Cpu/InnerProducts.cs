using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Gram matrices in float64: each stretch of the vectors is widened once, then every pair is multiplied from the processor's nearest cache. The order of
/// additions depends on the length alone; products of float32 numbers are exact, so that a fused multiplication and addition rounds no less often.
/// </summary>
internal static unsafe class InnerProducts
{
    private const int Stretch = 256;
    private const int Lanes = 8;
    private const int MostOnStack = 24;

    /// <param name="isBFloat16">Whether a vector lies as it is stored, or in float32.</param>
    public static void Add(byte** vectors, bool* isBFloat16, int count, int length, Span<double> products) =>
        Add(vectors, isBFloat16, null, count, length, products);

    /// <summary>Of vectors minus another, rounded to float32, all stored as bf16.</summary>
    public static void AddOfDifferences(byte** vectors, byte* subtrahend, int count, int length, Span<double> products) =>
        Add(vectors, null, subtrahend, count, length, products);

    private static void Add(byte** vectors, bool* isBFloat16, byte* subtrahend, int count, int length, Span<double> products)
    {
        var needed = (count * Stretch) + (products.Length * Lanes);
        Span<double> memory = count <= MostOnStack ? stackalloc double[needed] : new double[needed];
        fixed (double* wide = memory)
        {
            var sums = wide + (count * Stretch);
            new Span<double>(sums, products.Length * Lanes).Clear();
            for (var first = 0; first < length; first += Stretch)
            {
                var elements = Math.Min(Stretch, length - first);
                for (var vector = 0; vector < count; vector++)
                {
                    var place = wide + (vector * Stretch);
                    if (subtrahend is not null)
                        WidenDifference(vectors[vector], subtrahend, first, elements, place);
                    else if (isBFloat16[vector])
                        Widen<BFloat16Input>(vectors[vector], first, elements, place);
                    else
                        Widen<SingleInput>(vectors[vector], first, elements, place);
                }

                AddPairs(wide, count, (elements + Lanes - 1) & -Lanes, sums);
            }

            for (var pair = 0; pair < products.Length; pair++)
                products[pair] += Reductions.Total(Vector512.Load(sums + (pair * Lanes)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WidenDifference(byte* values, byte* subtrahend, int first, int count, double* wide)
    {
        var i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            var (lower, upper) = Vector512.Widen(BFloat16Input.Load(values, (nuint)(first + i)) - BFloat16Input.Load(subtrahend, (nuint)(first + i)));
            lower.Store(wide + i);
            upper.Store(wide + i + Lanes);
        }

        for (; i < count; i++)
            wide[i] = BFloat16Input.LoadOne(values, (nuint)(first + i)) - BFloat16Input.LoadOne(subtrahend, (nuint)(first + i));
        for (; (i & (Lanes - 1)) != 0; i++)
            wide[i] = 0;
    }

    /// <summary>Zeroes fill up to a multiple of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<TInput>(byte* values, int first, int count, double* wide)
        where TInput : struct, IInputElements
    {
        var i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            var (lower, upper) = Vector512.Widen(TInput.Load(values, (nuint)(first + i)));
            lower.Store(wide + i);
            upper.Store(wide + i + Lanes);
        }

        for (; i < count; i++)
            wide[i] = TInput.LoadOne(values, (nuint)(first + i));
        for (; (i & (Lanes - 1)) != 0; i++)
            wide[i] = 0;
    }

    private static void AddPairs(double* wide, int count, int length, double* sums)
    {
        for (var left = 0; left < count; left++)
        {
            var right = left;
            for (; right + 1 < count; right += 2, sums += 2 * Lanes)
                AddTwo(wide + (left * Stretch), wide + (right * Stretch), wide + ((right + 1) * Stretch), length, sums);
            if (right < count)
            {
                AddOne(wide + (left * Stretch), wide + (right * Stretch), length, sums);
                sums += Lanes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne(double* x, double* y, int length, double* sums)
    {
        var sum = Vector512.Load(sums);
        for (var i = 0; i < length; i += Lanes)
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sum);
        sum.Store(sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTwo(double* x, double* y, double* z, int length, double* sums)
    {
        var (first, second) = (Vector512.Load(sums), Vector512.Load(sums + Lanes));
        for (var i = 0; i < length; i += Lanes)
        {
            var left = Vector512.Load(x + i);
            first = Vector512.FusedMultiplyAdd(left, Vector512.Load(y + i), first);
            second = Vector512.FusedMultiplyAdd(left, Vector512.Load(z + i), second);
        }

        first.Store(sums);
        second.Store(sums + Lanes);
    }
}
