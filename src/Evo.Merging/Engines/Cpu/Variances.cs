using System.Numerics;
using System.Runtime.CompilerServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>How much vectors differ, element by element.</summary>
internal static unsafe class Variances
{
    /// <summary>
    /// Population variance, computed in float64 of the differences to the first vector, so that equal elements give exactly 0 and equal variances equal numbers, and
    /// rounded once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Set(float** vectors, int count, Span<float> variances)
    {
        var i = 0;
        for (; i <= variances.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var (lower, upper) = (Vector<double>.Zero, Vector<double>.Zero);
            Vector.Widen(Vector.Load(vectors[0] + i), out var firstLower, out var firstUpper);
            for (var vector = 1; vector < count; vector++)
            {
                Vector.Widen(Vector.Load(vectors[vector] + i), out var thisLower, out var thisUpper);
                lower += thisLower - firstLower;
                upper += thisUpper - firstUpper;
            }

            var (meanLower, meanUpper) = (lower / new Vector<double>(count), upper / new Vector<double>(count));
            (lower, upper) = (meanLower * meanLower, meanUpper * meanUpper);
            for (var vector = 1; vector < count; vector++)
            {
                Vector.Widen(Vector.Load(vectors[vector] + i), out var thisLower, out var thisUpper);
                thisLower -= firstLower + meanLower;
                thisUpper -= firstUpper + meanUpper;
                lower += thisLower * thisLower;
                upper += thisUpper * thisUpper;
            }

            Vector.Narrow(lower / new Vector<double>(count), upper / new Vector<double>(count)).CopyTo(variances[i..]);
        }

        for (; i < variances.Length; i++)
            variances[i] = Of(vectors, count, i);
    }

    private static float Of(float** vectors, int count, int i)
    {
        double first = vectors[0][i];
        var mean = 0.0;
        for (var vector = 1; vector < count; vector++)
            mean += vectors[vector][i] - first;
        mean /= count;
        var squares = mean * mean;
        for (var vector = 1; vector < count; vector++)
        {
            var deviation = vectors[vector][i] - (first + mean);
            squares += deviation * deviation;
        }

        return (float)(squares / count);
    }
}
