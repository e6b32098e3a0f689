namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>The cards' formulas in plain loops and Gaussian elimination, in float64.</summary>
internal static class ReferenceRegression
{
    /// <summary>W = [(ΣλG̃ + ρI)⁻¹ (ΣλG̃Wᵀ + ρRᵀ)]ᵀ, matrices row by row.</summary>
    public static double[] Solve(int outputs, int inputs, double[][] weights, double[][] grams, double[] lambdas, double ridge = 0, double[]? reference = null)
    {
        var left = new double[inputs, inputs];
        var right = new double[inputs, outputs];
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < inputs; j++)
                left[i, j] = grams.Select((gram, k) => lambdas[k] * gram[(i * inputs) + j]).Sum() + (i == j ? ridge : 0);
            for (var o = 0; o < outputs; o++)
            {
                right[i, o] = ridge * (reference?[(o * inputs) + i] ?? 0);
                for (var k = 0; k < grams.Length; k++)
                    for (var j = 0; j < inputs; j++)
                        right[i, o] += lambdas[k] * grams[k][(i * inputs) + j] * weights[k][(o * inputs) + j];
            }
        }

        Eliminate(left, right, inputs, outputs);
        return [.. from o in Enumerable.Range(0, outputs) from i in Enumerable.Range(0, inputs) select right[i, o]];
    }

    /// <summary>G with its elements off the diagonal multiplied.</summary>
    public static double[] Shrunk(double[] gram, int n, double factor) => [.. gram.Select((value, at) => at / n == at % n ? value : factor * value)];

    /// <summary>G over the mean of its diagonal.</summary>
    public static double[] Normalized(double[] gram, int n)
    {
        var mean = Enumerable.Range(0, n).Sum(i => gram[(i * n) + i]) / n;
        return [.. gram.Select(value => value / mean)];
    }

    /// <summary>TᵀT of an [outputs, n] matrix.</summary>
    public static double[] GramOf(double[] matrix, int n) =>
    [
        .. from i in Enumerable.Range(0, n) from j in Enumerable.Range(0, n)
           select Enumerable.Range(0, matrix.Length / n).Sum(row => matrix[(row * n) + i] * matrix[(row * n) + j]),
    ];

    private static void Eliminate(double[,] left, double[,] right, int n, int columns)
    {
        for (var pivot = 0; pivot < n; pivot++)
        {
            var best = Enumerable.Range(pivot, n - pivot).MaxBy(row => Math.Abs(left[row, pivot]));
            for (var column = 0; column < n; column++)
                (left[pivot, column], left[best, column]) = (left[best, column], left[pivot, column]);
            for (var column = 0; column < columns; column++)
                (right[pivot, column], right[best, column]) = (right[best, column], right[pivot, column]);
            for (var row = 0; row < n; row++)
            {
                if (row == pivot)
                    continue;
                var factor = left[row, pivot] / left[pivot, pivot];
                for (var column = pivot; column < n; column++)
                    left[row, column] -= factor * left[pivot, column];
                for (var column = 0; column < columns; column++)
                    right[row, column] -= factor * right[pivot, column];
            }
        }

        for (var row = 0; row < n; row++)
            for (var column = 0; column < columns; column++)
                right[row, column] /= left[row, row];
    }
}
