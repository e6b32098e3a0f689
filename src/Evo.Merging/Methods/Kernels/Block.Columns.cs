namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// Operations on columns: the elements whose flat indices are equal modulo the number of columns. The block may begin and end anywhere.
/// </summary>
public abstract partial class Block
{
    /// <summary>this += factor · other, with a factor of each column's own.</summary>
    public abstract void AddScaledColumns(Block other, ReadOnlySpan<float> factors);
}
