namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// A matrix rounded to float32, kept from candidate to candidate: 4 bytes an element. Candidates are products of factors
/// (<see cref="MatrixAlgebra.AddProduct"/>).
/// </summary>
public abstract class Factor
{
    public abstract int Rows { get; }

    public abstract int Columns { get; }
}

/// <summary>A factor whose columns are multiplied by numbers; columns beyond the numbers are left out.</summary>
public readonly record struct ScaledFactor(Factor Factor, double[] Scales);
