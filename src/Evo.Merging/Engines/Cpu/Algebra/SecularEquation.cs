using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// Roots of 1 + ρ Σ zᵢ²/(dᵢ − λ) = 0 for d ascending and ρ positive: one in each gap between poles and one above the last. A root is found as an offset from
/// the pole nearest to it, so that all differences dᵢ − λ are accurate to the last digits (R.-C. Li, LAPACK working note 89).
/// </summary>
internal static unsafe class SecularEquation
{
    private const double Epsilon = 1.1102230246251565e-16;
    private const int MostIterations = 100;

    /// <summary>The root number <paramref name="root"/>.</summary>
    /// <param name="squares">ρ zᵢ², all positive.</param>
    /// <param name="differences">Out: dᵢ − λ, for every pole.</param>
    /// <returns>λ.</returns>
    public static double Solve(int n, int root, double* poles, double* squares, double* differences)
    {
        var isLast = root == n - 1;
        var width = isLast ? Sum(squares, n) : poles[root + 1] - poles[root];
        var origin = root;
        for (var i = 0; i < n; i++)
            differences[i] = poles[i] - poles[origin];
        if (!isLast && Value(n, root, differences, squares, width / 2).Total < 0)
        {
            origin = root + 1;
            for (var i = 0; i < n; i++)
                differences[i] = poles[i] - poles[origin];
        }

        // The bracket, as offsets from the origin; the function rises from −∞ to +∞ (to a positive value above the last pole).
        var (low, high) = isLast ? (0.0, width) : origin == root ? (0.0, width / 2) : (-width / 2, 0.0);
        var offset = isLast ? width / 2 : origin == root ? width / 4 : -width / 4;
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            var f = Value(n, root, differences, squares, offset);
            if (Math.Abs(f.Total) <= Epsilon * f.Magnitude)
                break;
            if (f.Total < 0)
                low = offset;
            else
                high = offset;
            var next = offset + Correction(f, differences[root] - offset, isLast ? double.NaN : differences[root + 1] - offset);
            if (!(next > low && next < high))
                next = low + ((high - low) / 2);
            var moved = Math.Abs(next - offset);
            if (next == offset || next == low || next == high || moved <= 2 * Epsilon * Math.Abs(next))
            {
                offset = next;
                break;
            }

            offset = next;
        }

        if (offset == 0) // a root must not fall on its pole
            offset = origin == root ? Math.BitIncrement(high == 0 ? 0 : high * Epsilon) : low * Epsilon;
        var lambda = poles[origin] + offset;
        for (var i = 0; i < n; i++)
            differences[i] -= offset;
        return lambda;
    }

    /// <summary>
    /// The step to the root of c + q/(Δ₁ − η) + Q/(Δ₂ − η), which has the value and the slope of both halves of the function at the present point.
    /// </summary>
    private static double Correction(in Evaluation f, double first, double second)
    {
        if (double.IsNaN(second))
        {
            // Above the last pole there is no upper half: c + q/(Δ₁ − η) = 0.
            var rest = f.Total - (first * f.LowerSlope);
            return rest > 0 ? first + (first * first * f.LowerSlope / rest) : double.NaN;
        }

        var c = f.Total - (first * f.LowerSlope) - (second * f.UpperSlope);
        var a = ((first + second) * f.Total) - (first * second * (f.LowerSlope + f.UpperSlope));
        var b = first * second * f.Total;
        if (c == 0)
            return b / a;
        var root = Math.Sqrt(Math.Max(0, (a * a) - (4 * b * c)));
        return a <= 0 ? (a - root) / (2 * c) : 2 * b / (a + root);
    }

    private static double Sum(double* values, int n)
    {
        var sum = 0.0;
        for (var i = 0; i < n; i++)
            sum += values[i];
        return sum;
    }

    private static Evaluation Value(int n, int root, double* differences, double* squares, double offset)
    {
        var (lower, lowerSlope) = Terms(differences, squares, offset, 0, root + 1);
        var (upper, upperSlope) = Terms(differences, squares, offset, root + 1, n);
        return new Evaluation(1 + lower + upper, lowerSlope, upperSlope, 8 * (1 + Math.Abs(lower) + Math.Abs(upper)) + (Math.Abs(offset) * (lowerSlope + upperSlope)));
    }

    private static (double Sum, double Slope) Terms(double* differences, double* squares, double offset, int first, int end)
    {
        var offsets = Vector512.Create(offset);
        var (sums, slopes) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var i = first;
        for (; i <= end - 8; i += 8)
        {
            var inverse = Vector512<double>.One / (Vector512.Load(differences + i) - offsets);
            var term = Vector512.Load(squares + i) * inverse;
            sums += term;
            slopes += term * inverse;
        }

        var (sum, slope) = (Vector512.Sum(sums), Vector512.Sum(slopes));
        for (; i < end; i++)
        {
            var term = squares[i] / (differences[i] - offset);
            sum += term;
            slope += term / (differences[i] - offset);
        }

        return (sum, slope);
    }

    /// <param name="Total">The function.</param>
    /// <param name="LowerSlope">Slope of the terms up to the root's pole.</param>
    /// <param name="UpperSlope">Slope of the others.</param>
    /// <param name="Magnitude">What the rounding error of the total is proportional to.</param>
    private readonly record struct Evaluation(double Total, double LowerSlope, double UpperSlope, double Magnitude);
}
