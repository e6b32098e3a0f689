namespace Evo.Merging.Methods.Kernels;

/// <summary>Operations on whole rows: the block must consist of rows of the given length, which the granularity <see cref="Granularity.Rows"/> grants.</summary>
public abstract partial class Block
{
    /// <summary>Adds Σ x·y of each row, in float64, to that row's place in <paramref name="dots"/>.</summary>
    public abstract void AddRowDots(Block other, int rowLength, Span<double> dots);

    /// <summary>Multiplies each of the block's rows by its factor.</summary>
    public abstract void ScaleOwnRows(ReadOnlySpan<float> factors, int rowLength);

    /// <summary>this += factor · other, with a factor for each of the block's rows.</summary>
    public abstract void AddScaledOwnRows(Block other, ReadOnlySpan<float> factors, int rowLength);

    /// <summary>
    /// The divergence of each row's softmax from that of <paramref name="other"/>: Σ p ln(p/q) with p = softmax(this) + 10⁻⁸ and q alike, in float64. It is 0 or
    /// greater (a rounding below 0 is taken for 0).
    /// </summary>
    public abstract void RowDivergences(Block other, int rowLength, Span<double> divergences);

    /// <summary>
    /// Zeroes elements by chance, the more probably the smaller they are within their row: the element of rank r (0 the smallest, the earlier of equals first) of n
    /// stays when its uniform number is below lowest + (highest - lowest)·r/(n - 1). In a row of one element that is the middle of both.
    /// A row that holds NaN or infinity is left as it is.
    /// </summary>
    public abstract void KeepRanked(MaskKey key, double lowest, double highest, int rowLength);
}
