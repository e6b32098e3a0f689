namespace Evo.Merging.Tests.Fixtures;

/// <summary>The formulas of the method cards once more, element by element in float64, with nothing in common with the code under test.</summary>
internal static class ReferenceMethods
{
    public static double[] Linear(double[][] models, double[] weights, bool normalize)
    {
        var sum = normalize ? weights.Sum() : 1;
        return Elements(models[0].Length, i => models.Select((model, m) => weights[m] * model[i]).Sum() / sum);
    }

    public static double[] Slerp(double[] from, double[] to, double t)
    {
        var cosine = from.Zip(to, (x, y) => x * y).Sum() / Math.Sqrt(from.Sum(x => x * x)) / Math.Sqrt(to.Sum(y => y * y));
        if (Math.Abs(cosine) > 0.9995)
            return Elements(from.Length, i => ((1 - t) * from[i]) + (t * to[i]));
        var angle = Math.Acos(cosine);
        return Elements(from.Length, i => ((Math.Sin((1 - t) * angle) * from[i]) + (Math.Sin(t * angle) * to[i])) / Math.Sin(angle));
    }

    /// <summary>Card A6 steps 1 to 7; densities of 1 and no election is task arithmetic.</summary>
    public static double[] TaskVectors(
        double[] @base, double[][] models, double[] weights, double[] densities, bool elect, bool normalize, bool rescale, double lambda)
    {
        var deltas = models.Select((model, m) =>
        {
            var vector = Elements(@base.Length, i => (double)((float)model[i] - (float)@base[i]));
            var kept = Trim(vector, densities[m]);
            var factor = rescale && kept.Sum(Math.Abs) > 1e-7 ? vector.Sum(Math.Abs) / kept.Sum(Math.Abs) : 1;
            return kept.Select(value => value * factor * weights[m]).ToArray();
        }).ToArray();
        return Sum(@base, deltas, weights, elect, normalize, lambda);
    }

    /// <summary>Steps 4 to 7: deltas are sparse and weighted already.</summary>
    public static double[] Sum(double[] @base, double[][] deltas, double[] weights, bool elect, bool normalize, double lambda) => Elements(@base.Length, i =>
    {
        var sign = deltas.Sum(delta => delta[i]) >= 0 ? 1 : -1;
        var voters = Enumerable.Range(0, deltas.Length).Where(m => !elect || Math.Sign(deltas[m][i]) == sign).ToArray();
        var sum = voters.Sum(m => deltas[m][i]);
        var divisor = normalize ? voters.Sum(m => weights[m]) : 1;
        return @base[i] + (lambda * sum / (divisor == 0 ? 1 : divisor));
    });

    private static double[] Trim(double[] vector, double density)
    {
        var kept = Enumerable.Range(0, vector.Length).OrderByDescending(i => Math.Abs(vector[i])).ThenBy(i => i)
            .Take((int)(density * vector.Length)).ToHashSet();
        return Elements(vector.Length, i => density >= 1 || kept.Contains(i) ? vector[i] : 0);
    }

    private static double[] Elements(int count, Func<int, double> element) => [.. Enumerable.Range(0, count).Select(element)];
}
