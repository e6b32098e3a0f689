namespace Evo.Merging.Methods.Stock;

/// <summary>How much of the models' mean goes into a stock of them.</summary>
internal static class StockRatio
{
    /// <summary>mergekit takes a smaller product of two norms for this, which turns small task vectors (a norm's or a bias's, for one) into perpendicular ones.</summary>
    private const double MergekitsSmallestNormProduct = 1e-6;

    /// <param name="product">The inner product of two task vectors.</param>
    /// <param name="asMergekit">Small norms as mergekit sees them, and a ratio that may lie outside [0, 1].</param>
    public static double Of(int count, Func<int, int, double> product, bool asMergekit)
    {
        var smallest = asMergekit ? MergekitsSmallestNormProduct : double.Epsilon; // a zero task vector is perpendicular to all
        var cosines = 0.0;
        for (var i = 0; i < count; i++)
            for (var j = i + 1; j < count; j++)
                cosines += Math.Clamp(product(i, j) / Math.Max(Math.Sqrt(product(i, i)) * Math.Sqrt(product(j, j)), smallest), -1, 1);
        var mean = cosines / (count * (count - 1) / 2);
        var ratio = count * mean / (1 + ((count - 1) * mean));
        return asMergekit ? ratio : mean <= 0 ? 0 : Math.Min(ratio, 1);
    }
}
