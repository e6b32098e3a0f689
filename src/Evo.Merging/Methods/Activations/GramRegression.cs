using Evo.Merging.Calibration;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Activations;

/// <summary>One model's part in a regression: its Gram matrix, as rows in float64, and its weight λ.</summary>
/// <param name="Rows">Fills one row of the [channels, channels] matrix.</param>
internal sealed record RegressionTerm(double Weight, RegressionTerm.ReadRow Rows)
{
    internal delegate void ReadRow(int row, Span<double> values);

    /// <summary>The mean of x xᵀ on calibration text, its elements off the diagonal multiplied by <paramref name="offDiagonal"/>, all by <paramref name="factor"/>.</summary>
    public static RegressionTerm Of(ITensorStatistics statistics, double weight, double offDiagonal = 1, double factor = 1) => new(weight, (row, values) =>
    {
        var stored = statistics.Gram(row, 1);
        for (var column = 0; column < values.Length; column++)
            values[column] = factor * stored[column] * (column == row ? 1 : offDiagonal);
    });
}

/// <summary>
/// The linear map that is nearest to several at once on the inputs that each of them sees: W minimises Σ λₖ ‖Xₖ(W − Wₖ)ᵀ‖² + ρ ‖W − R‖², hence with
/// Gₖ = XₖᵀXₖ, W = R + [Σ λₖ (Wₖ − R) Gₖ] (Σ λₖ Gₖ + ρI)⁻¹. Written as a change of a reference R, the formula is the usual one where the matrix is
/// regular, and leaves R in directions that no input has.
/// </summary>
internal static class GramRegression
{
    /// <summary>
    /// Relative to a diagonal of 1. Gram matrices are kept in float32, so an eigenvalue below this is rounding; it must not be divided by.
    /// </summary>
    private const double SmallestEigenvalue = 1e-6;

    private const int PanelRows = 512;

    /// <summary>W − R, [out, in].</summary>
    /// <param name="changes">Wₖ − R.</param>
    /// <param name="ridge">ρ, 0 or more.</param>
    public static Matrix Solve(MatrixAlgebra algebra, Matrix[] changes, RegressionTerm[] terms, double ridge)
    {
        var channels = changes[0].Columns;
        var sum = new double[checked(channels * channels)];
        var row = new double[channels];
        foreach (var term in terms)
        {
            for (var index = 0; index < channels; index++)
            {
                term.Rows(index, row);
                var target = sum.AsSpan(index * channels, channels);
                for (var column = 0; column < channels; column++)
                    target[column] += term.Weight * row[column];
            }
        }

        for (var index = 0; index < channels; index++)
            sum[(index * channels) + index] += ridge;
        var right = Target(algebra, changes, terms);
        var scales = ToUnitDiagonal(sum, channels);
        var solution = Regular(algebra, sum, channels, algebra.Transpose(algebra.ScaleColumns(right, scales)));
        return algebra.ScaleColumns(algebra.Transpose(solution), scales);
    }

    /// <summary>Σ λₖ (Wₖ − R) Gₖ, panel by panel, so that no Gram matrix is in memory whole.</summary>
    private static Matrix Target(MatrixAlgebra algebra, Matrix[] changes, RegressionTerm[] terms)
    {
        var channels = changes[0].Columns;
        Matrix? target = null;
        for (var first = 0; first < channels; first += PanelRows)
        {
            var count = Math.Min(PanelRows, channels - first);
            var panel = new double[count * channels];
            for (var model = 0; model < terms.Length; model++)
            {
                for (var row = 0; row < count; row++)
                    terms[model].Rows(first + row, panel.AsSpan(row * channels, channels));
                var product = algebra.Product(algebra.TakeColumns(changes[model], first, count), algebra.Create(count, channels, panel));
                target = target is null ? algebra.Sum((terms[model].Weight, product)) : algebra.Sum((1, target), (terms[model].Weight, product));
            }
        }

        return target!;
    }

    /// <summary>D A D with a diagonal of ones, in place, so that channels of very different size count alike; gives D. Channels that are always 0 stand alone.</summary>
    private static double[] ToUnitDiagonal(double[] sum, int channels)
    {
        var scales = new double[channels];
        for (var index = 0; index < channels; index++)
            scales[index] = sum[(index * channels) + index] is > 0 and var diagonal ? 1 / Math.Sqrt(diagonal) : 0;
        for (var row = 0; row < channels; row++)
            for (var column = 0; column < channels; column++)
                sum[(row * channels) + column] *= scales[row] * scales[column];
        for (var index = 0; index < channels; index++)
            sum[(index * channels) + index] = 1;
        return scales;
    }

    /// <summary>Solves as it is where all eigenvalues are above the smallest that means something, else with that much added to all.</summary>
    private static Matrix Regular(MatrixAlgebra algebra, double[] sum, int channels, Matrix right)
    {
        void Shift(double amount)
        {
            for (var index = 0; index < channels; index++)
                sum[(index * channels) + index] += amount;
        }

        Shift(-SmallestEigenvalue);
        var isRegular = algebra.SolvePositiveDefinite(algebra.Create(channels, channels, sum), algebra.Create(channels, 0, [])) is not null;
        Shift(SmallestEigenvalue);
        for (var added = isRegular ? 0 : SmallestEigenvalue; ; added = Math.Max(10 * added, SmallestEigenvalue))
        {
            Shift(added);
            if (algebra.SolvePositiveDefinite(algebra.Create(channels, channels, sum), right) is { } solution)
                return solution;
            Shift(-added);
        }
    }
}
