namespace Evo.Merging.Methods.Stock;

/// <summary>How much of the models' mean goes into a stock of them.</summary>
internal static class StockRatio
{
    private const double SmallestNormProduct = 1e-6;

    /// <param name="product">The inner product of two task vectors.</param>
    public static double Of(int count, Func<int, int, double> product, bool clamped)
    {
        var cosines = 0.0;
        for (var i = 0; i < count; i++)
            for (var j = i + 1; j < count; j++)
                cosines += Math.Clamp(product(i, j) / Math.Max(Math.Sqrt(product(i, i)) * Math.Sqrt(product(j, j)), SmallestNormProduct), -1, 1);
        var mean = cosines / (count * (count - 1) / 2);
        var ratio = count * mean / (1 + ((count - 1) * mean));
        return clamped ? mean <= 0 ? 0 : Math.Min(ratio, 1) : ratio;
    }
}
