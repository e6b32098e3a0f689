namespace Evo.Merging.Methods.Kernels;

/// <summary>A matrix in float64, in an engine's memory, for preparation: see <see cref="MatrixAlgebra"/>. Its elements do not change.</summary>
public abstract class Matrix
{
    public abstract int Rows { get; }

    public abstract int Columns { get; }
}

/// <summary>
/// A matrix rounded to float32, kept from candidate to candidate: 4 bytes an element. Candidates are products of factors
/// (<see cref="MatrixAlgebra.AddProduct"/>).
/// </summary>
public abstract class Factor
{
    public abstract int Rows { get; }

    public abstract int Columns { get; }
}

/// <summary>
/// A = Σ σⱼ uⱼ vⱼᵀ over the singular values that are not negligible, descending; the largest element of every uⱼ is positive.
/// </summary>
/// <param name="Left">uⱼ as columns: [rows, rank].</param>
/// <param name="Right">vⱼ as rows: [rank, columns].</param>
public sealed record ThinSvd(Matrix Left, double[] Values, Matrix Right)
{
    public int Rank => Values.Length;
}

/// <summary>A = Σ λⱼ vⱼ vⱼᵀ, eigenvalues descending; the largest element of every vⱼ is positive.</summary>
/// <param name="Vectors">vⱼ as rows.</param>
public sealed record EigenSystem(double[] Values, Matrix Vectors);

/// <summary>A factor whose columns are multiplied by numbers; columns beyond the numbers are left out.</summary>
public readonly record struct ScaledFactor(Factor Factor, double[] Scales);
