namespace Evo.Search.Runs;

/// <summary>Seconds to the end of a budget: expected, and at the pace of the quicker and the slower quarter of recent candidates.</summary>
internal sealed record Eta(double Expected, double Low, double High)
{
    /// <param name="recentSeconds">Seconds that recent candidates took.</param>
    /// <param name="left">Evaluations that remain; null when no budget says.</param>
    /// <param name="evaluations">Proposals answered so far, of which <paramref name="cacheHits"/> cost nothing.</param>
    public static Eta? From(IReadOnlyCollection<double> recentSeconds, long? left, long evaluations, long cacheHits)
    {
        if (left is not { } remaining || recentSeconds.Count == 0)
            return null;
        var sorted = recentSeconds.Order().ToArray();
        var paid = remaining * (evaluations > 0 ? 1 - (cacheHits / (double)evaluations) : 1);
        return new Eta(paid * sorted.Average(), paid * Quantile(sorted, 0.25), paid * Quantile(sorted, 0.75));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
