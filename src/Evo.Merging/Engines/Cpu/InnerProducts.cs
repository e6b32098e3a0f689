using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Gram matrices in float64. Of two vectors of one type the products are taken as the vectors are read (<see cref="ProductsOfTwo"/>); of others each stretch is
/// widened once, then every pair is multiplied from the processor's nearest cache. The order of additions depends on the types, the count and the length alone; products
/// of float32 numbers are exact, so that a fused multiplication and addition rounds no less often.
/// </summary>
internal static unsafe class InnerProducts
{
    private const int Stretch = 256;
    private const int Lanes = 8;
    private const int MostOnStack = 24;

    /// <param name="isBFloat16">Whether a vector lies as it is stored, or in float32.</param>
    public static void Add(byte** vectors, bool* isBFloat16, int count, int length, Span<double> products)
    {
        if (count != 2 || isBFloat16[0] != isBFloat16[1])
            AddMany(vectors, isBFloat16, null, count, length, products);
        else if (isBFloat16[0])
            ProductsOfTwo.Add<StoredElements>(vectors[0], vectors[1], null, length, products);
        else
            ProductsOfTwo.Add<SingleElements>(vectors[0], vectors[1], null, length, products);
    }

    /// <summary>Of vectors minus another, rounded to float32, all stored as bf16.</summary>
    public static void AddOfDifferences(byte** vectors, byte* subtrahend, int count, int length, Span<double> products)
    {
        if (count == 2)
            ProductsOfTwo.Add<DifferingElements>(vectors[0], vectors[1], subtrahend, length, products);
        else
            AddMany(vectors, null, subtrahend, count, length, products);
    }

    private static void AddMany(byte** vectors, bool* isBFloat16, byte* subtrahend, int count, int length, Span<double> products)
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
        var row = 0;
        for (; row + 1 < count; row += 2)
        {
            double* x = wide + (row * Stretch), next = sums + ((count - row) * Lanes);
            AddTwo(x, x, x + Stretch, length, sums, sums + Lanes);
            AddOne(x + Stretch, x + Stretch, length, next);
            var column = row + 2;
            for (; column + 1 < count; column += 2)
                AddFour(x, wide + (column * Stretch), length, sums + ((column - row) * Lanes), next + ((column - row - 1) * Lanes));
            if (column < count)
                AddTwo(wide + (column * Stretch), x, x + Stretch, length, sums + ((column - row) * Lanes), next + ((column - row - 1) * Lanes));
            sums = next + ((count - row - 1) * Lanes);
        }

        if (row < count)
            AddOne(wide + (row * Stretch), wide + (row * Stretch), length, sums);
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
    private static void AddTwo(double* x, double* y, double* z, int length, double* withY, double* withZ)
    {
        var (first, second) = (Vector512.Load(withY), Vector512.Load(withZ));
        for (var i = 0; i < length; i += Lanes)
        {
            var left = Vector512.Load(x + i);
            first = Vector512.FusedMultiplyAdd(left, Vector512.Load(y + i), first);
            second = Vector512.FusedMultiplyAdd(left, Vector512.Load(z + i), second);
        }

        first.Store(withY);
        second.Store(withZ);
    }

    /// <summary>Two neighbouring vectors with two neighbouring vectors; each sum is next to that with the other right one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFour(double* left, double* right, int length, double* upper, double* lower)
    {
        var (first, second) = (Vector512.Load(upper), Vector512.Load(upper + Lanes));
        var (third, fourth) = (Vector512.Load(lower), Vector512.Load(lower + Lanes));
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

        first.Store(upper);
        second.Store(upper + Lanes);
        third.Store(lower);
        fourth.Store(lower + Lanes);
    }
}
