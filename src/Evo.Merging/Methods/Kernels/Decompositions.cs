namespace Evo.Merging.Methods.Kernels;

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
