using MathNet.Numerics.LinearAlgebra;

namespace Evo.Merging.Tests.Methods.Spectral;

/// <summary>The cards' formulas once more on MathNet's decompositions, with nothing in common with the code under test. All return the merged task vector.</summary>
internal static class ReferenceSpectral
{
    public static Matrix<double> TsvM(Matrix<double>[] vectors, int rank, double[] factors)
    {
        var parts = Array.ConvertAll(vectors, vector => Top(vector, rank));
        var sigma = parts.SelectMany((part, model) => part.Values.Select(value => value * factors[model])).ToArray();
        return Polar(Beside(parts.Select(part => part.U))) * Diagonal(sigma) * Polar(Beside(parts.Select(part => part.V))).Transpose();
    }

    /// <summary>Card B4 (a): factors cᵢ^η.</summary>
    public static double[] OutlierShares(Matrix<double>[] vectors, double kappa, double eta)
    {
        var masses = Array.ConvertAll(vectors, vector =>
        {
            var magnitudes = vector.Enumerate().Select(Math.Abs).ToArray();
            var mean = magnitudes.Average();
            var deviation = Math.Sqrt(magnitudes.Average(value => (value - mean) * (value - mean)));
            return magnitudes.Where(value => value > mean + (kappa * deviation)).Sum() / magnitudes.Sum();
        });
        return Array.ConvertAll(masses, mass => Math.Pow(masses.Length * mass / masses.Sum(), eta));
    }

    public static Matrix<double> IsoC(Matrix<double>[] vectors, double flatness)
    {
        var svd = Top(Sum(vectors), int.MaxValue);
        return svd.U * Diagonal(Flattened(svd.Values, flatness)) * svd.V.Transpose();
    }

    public static Matrix<double> IsoCts(Matrix<double>[] vectors, double fraction)
    {
        var k = Math.Min(vectors[0].RowCount, vectors[0].ColumnCount);
        var own = (int)Math.Round((k - (int)(k * fraction)) / (double)vectors.Length);
        var common = Top(Sum(vectors), k - (own * vectors.Length));
        var outside = Matrix<double>.Build.DenseIdentity(vectors[0].RowCount) - (common.U * common.U.Transpose());
        var parts = vectors.Select(vector => Top(outside * vector, own)).Append(common).ToArray();
        var values = parts.SelectMany(part => part.Values).ToArray();
        return Polar(Beside(parts.Select(part => part.U))) * Diagonal(Flattened(values, 1)) * Polar(Beside(parts.Select(part => part.V))).Transpose();
    }

    public static Matrix<double> DcMerge(Matrix<double>[] vectors, int rank, Func<double[], double[]> smooth, double density)
    {
        var parts = Array.ConvertAll(vectors, vector => Top(vector, rank));
        var (left, right) = (Polar(Beside(parts.Select(part => part.U))), Polar(Beside(parts.Select(part => part.V))));
        var size = left.ColumnCount;
        var kept = Math.Max(1, (int)(density * size * size));
        var entries = Array.ConvertAll(parts, part =>
        {
            var all = left.Transpose() * part.U * Diagonal(smooth(part.Values)) * part.V.Transpose() * right;
            var bound = all.Enumerate().Select(Math.Abs).OrderDescending().ElementAt(kept - 1);
            return all.Map(value => Math.Abs(value) >= bound ? value : 0);
        });
        var merged = Matrix<double>.Build.Dense(size, size, (row, column) =>
        {
            if (row / rank != column / rank)
                return 0;
            var sign = Math.Sign(entries.Sum(entry => entry[row, column]));
            var voters = entries.Select(entry => entry[row, column]).Where(value => sign != 0 && Math.Sign(value) == sign).ToArray();
            return voters.Length == 0 ? 0 : voters.Average();
        });
        return left * merged * right.Transpose();
    }

    /// <summary>Card B10 on C and D.</summary>
    public static Matrix<double> Stopped(Matrix<double> curvature, Matrix<double> pull, Matrix<double> start, Func<int, double, double> fraction)
    {
        var eigen = curvature.Evd(Symmetricity.Symmetric);
        var ascending = eigen.EigenValues.Select(value => value.Real).ToArray();
        var size = ascending.Length;
        var (along, stopped) = (eigen.EigenVectors, start);
        for (var place = 0; place < size; place++)
        {
            var index = size - 1 - place; // descending
            var (value, share) = (Math.Max(1e-8, ascending[index]), fraction(place, Math.Max(1e-8, ascending[index])));
            var direction = along.Column(index);
            stopped += share * ((pull * direction / value) - (start * direction)).ToColumnMatrix() * direction.ToRowMatrix();
        }

        return stopped;
    }

    public static (Matrix<double> Curvature, Matrix<double> Pull) Wudi(Matrix<double>[] vectors)
    {
        var (curvature, pull) = (Matrix<double>.Build.Dense(vectors[0].ColumnCount, vectors[0].ColumnCount), vectors[0] * 0);
        foreach (var vector in vectors)
        {
            var norm = vector.Enumerate().Sum(value => value * value);
            curvature += vector.Transpose() * vector / norm;
            pull += vector * vector.Transpose() * vector / norm;
        }

        return (curvature, pull);
    }

    /// <summary>Adam on J(τ) by its definition.</summary>
    public static Matrix<double> WudiByAdam(Matrix<double>[] vectors)
    {
        var value = Sum(vectors);
        var (first, second) = (value * 0, value * 0);
        for (var step = 1; step <= 300; step++)
        {
            var gradient = value * 0;
            foreach (var vector in vectors)
                gradient += 2 / vector.Enumerate().Sum(element => element * element) * ((value - vector) * vector.Transpose() * vector);
            first = (.9 * first) + (.1 * gradient);
            second = (.999 * second) + (.001 * gradient.PointwiseMultiply(gradient));
            value -= 1e-5 * (first / (1 - Math.Pow(.9, step))).PointwiseDivide((second / (1 - Math.Pow(.999, step))).PointwiseSqrt() + 1e-8);
        }

        return value;
    }

    public static (Matrix<double> Curvature, Matrix<double> Pull) OptMerge(Matrix<double>[] vectors, int rank, bool isFull)
    {
        var mean = Sum(vectors) / vectors.Length;
        var (curvature, pull) = (Matrix<double>.Build.Dense(mean.ColumnCount, mean.ColumnCount), mean * 0);
        foreach (var vector in vectors)
        {
            var norm = vector.Enumerate().Sum(value => value * value);
            var top = Top(vector, rank);
            var projector = Diagonal(top.Values) * top.V.Transpose();
            var target = isFull ? Truncated(vector - mean, rank) + mean : Truncated(vector, rank);
            curvature += projector.Transpose() * projector / norm;
            pull += target * projector.Transpose() * projector / norm;
        }

        return (curvature, pull);
    }

    public static Matrix<double> Twin(Matrix<double>[] vectors, double shared, int rank, double[] weights)
    {
        var common = shared * Sum(vectors);
        return vectors.Select((vector, model) => weights[model] * Truncated(vector - common, rank)).Aggregate(common, (sum, part) => sum + part);
    }

    /// <summary>Card B7 steps 1 to 4: the turned base minus the base, and each model's rotation.</summary>
    public static (Matrix<double> Turned, Matrix<double>[] Rotations) Turn(Matrix<double> weights, Matrix<double>[] targets, double strength)
    {
        var identity = Matrix<double>.Build.DenseIdentity(weights.ColumnCount);
        var rotations = Array.ConvertAll(targets, target => Procrustes(weights, target));
        var generators = Array.ConvertAll(rotations, rotation => (rotation + identity).Inverse() * (rotation - identity));
        var sum = Sum(generators);
        var generator = strength * generators.Average(one => one.FrobeniusNorm()) / sum.FrobeniusNorm() * sum;
        return ((weights * (identity - generator).Inverse() * (identity + generator)) - weights, rotations);
    }

    public static Matrix<double> Procrustes(Matrix<double> weights, Matrix<double> target)
    {
        var svd = (weights.Transpose() * target).Svd();
        var (size, rank) = (weights.ColumnCount, svd.S.Count(value => value > 1e-9 * svd.S[0]));
        var (left, right) = (svd.U, svd.VT.Transpose());
        var rotation = left.SubMatrix(0, size, 0, rank) * right.SubMatrix(0, size, 0, rank).Transpose();
        if (rank == size)
            return rotation;
        var (beyondLeft, beyondRight) = (left.SubMatrix(0, size, rank, size - rank), right.SubMatrix(0, size, rank, size - rank));
        return rotation + (beyondLeft * Polar(beyondLeft.Transpose() * beyondRight) * beyondRight.Transpose());
    }

    public static Matrix<double> ConflictingRows(Matrix<double> vector, Matrix<double> mean, double threshold) => Matrix<double>.Build.DenseOfRowVectors(
        vector.EnumerateRows().Zip(mean.EnumerateRows(), (own, others) => own.DotProduct(others) / own.L2Norm() / others.L2Norm() < threshold ? own : own * 0));

    public static Matrix<double> Sum(Matrix<double>[] matrices) => matrices.Aggregate((sum, matrix) => sum + matrix);

    public static Matrix<double> Truncated(Matrix<double> matrix, int rank) => Top(matrix, rank) is var top ? top.U * Diagonal(top.Values) * top.V.Transpose() : matrix;

    public static Matrix<double> Polar(Matrix<double> matrix) => Top(matrix, int.MaxValue) is var top ? top.U * top.V.Transpose() : matrix;

    private static double[] Flattened(double[] values, double flatness) =>
        Array.ConvertAll(values, value => ((1 - flatness) * value) + (flatness * values.Average()));

    private static (Matrix<double> U, double[] Values, Matrix<double> V) Top(Matrix<double> matrix, int rank)
    {
        var svd = matrix.Svd();
        rank = Math.Min(rank, svd.S.Count);
        return (svd.U.SubMatrix(0, matrix.RowCount, 0, rank), [.. svd.S.Take(rank)], svd.VT.Transpose().SubMatrix(0, matrix.ColumnCount, 0, rank));
    }

    private static Matrix<double> Diagonal(double[] values) => Matrix<double>.Build.DenseOfDiagonalArray(values);

    private static Matrix<double> Beside(IEnumerable<Matrix<double>> matrices) => matrices.Aggregate((left, right) => left.Append(right));
}
