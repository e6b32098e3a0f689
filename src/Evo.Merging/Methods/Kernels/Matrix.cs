namespace Evo.Merging.Methods.Kernels;

/// <summary>A matrix in float64, in an engine's memory, for preparation: see <see cref="MatrixAlgebra"/>. Its elements do not change.</summary>
public abstract class Matrix
{
    public abstract int Rows { get; }

    public abstract int Columns { get; }
}
