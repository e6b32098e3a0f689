using System.Collections.Immutable;
using System.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Evo.Optimization.CmaEs;

/// <summary>C = B D^2 B^T: orthonormal eigenvectors and the square roots of the eigenvalues.</summary>
/// <param name="Vectors">B, column by column: element (row, axis) stands at axis * n + row.</param>
/// <param name="Lengths">The diagonal of D, all positive.</param>
/// <param name="Definite">False when rounding has left an eigenvalue that is not positive, or C is not finite.</param>
internal sealed record Eigensystem(ImmutableArray<double> Vectors, ImmutableArray<double> Lengths, bool Definite = true)
{
    public int Dimension => Lengths.Length;

    /// <summary>The condition number of C.</summary>
    public double Condition => Math.Pow(Lengths.Max() / Lengths.Min(), 2);

    public static Eigensystem Identity(int dimension)
    {
        var vectors = new double[dimension * dimension];
        for (var i = 0; i < dimension; i++)
            vectors[(i * dimension) + i] = 1;
        return new Eigensystem(ImmutableArray.Create(vectors), [.. Enumerable.Repeat(1.0, dimension)]);
    }

    /// <summary>
    /// Decomposes a symmetric matrix. MathNet's managed routine (EISPACK tred2/tql2) is named outright, so that a native provider on the
    /// machine cannot change the digits.
    /// </summary>
    public static Eigensystem Decompose(ImmutableArray<double> covariance, int dimension)
    {
        if (!covariance.All(double.IsFinite))
            return Identity(dimension) with { Definite = false };
        var vectors = new double[dimension * dimension];
        var values = new Complex[dimension];
        ManagedLinearAlgebraProvider.Instance.EigenDecomp(
            true, dimension, [.. covariance], vectors, values, new double[dimension * dimension]);

        // Sampling must go on even where C has lost definiteness; the stopping rules end the run.
        var largest = values.Max(value => value.Real);
        var floor = Math.Max(largest, 1e-290) * 1e-16;
        var definite = values.All(value => value.Real > floor);
        return new Eigensystem(
            ImmutableArray.Create(vectors), [.. values.Select(value => Math.Sqrt(Math.Max(value.Real, floor)))], definite);
    }

    /// <summary>y = B D z: turns a standard normal vector into a sample of N(0, C).</summary>
    public double[] Shape(ReadOnlySpan<double> z)
    {
        var n = Dimension;
        var y = new double[n];
        for (var axis = 0; axis < n; axis++)
        {
            var length = Lengths[axis] * z[axis];
            var vector = Vectors.AsSpan(axis * n, n);
            for (var i = 0; i < n; i++)
                y[i] += vector[i] * length;
        }

        return y;
    }

    /// <summary>C^(-1/2) y = B D^(-1) B^T y.</summary>
    public double[] Whiten(ReadOnlySpan<double> y)
    {
        var n = Dimension;
        var white = new double[n];
        for (var axis = 0; axis < n; axis++)
        {
            var vector = Vectors.AsSpan(axis * n, n);
            var along = 0.0;
            for (var i = 0; i < n; i++)
                along += vector[i] * y[i];
            along /= Lengths[axis];
            for (var i = 0; i < n; i++)
                white[i] += vector[i] * along;
        }

        return white;
    }
}
