namespace Evo.Merging.Tests.Fixtures;

/// <summary>The sparse task vectors of card A6 once more, over lists in float64. Random numbers are given, in [0, 1) by flat index.</summary>
internal static class ReferenceSparsity
{
    /// <summary>DARE: an element stays when its number is below the density.</summary>
    public static double[] Random(double[] vector, double density, Func<int, double> draw) =>
        [.. vector.Select((value, i) => density >= 1 || draw(i) < density ? value : 0)];

    /// <summary>DELLA: the probability grows by rank within the row, from density − ε to density + ε.</summary>
    public static double[] Ranked(double[] vector, int columns, double density, double epsilon, Func<int, double> draw)
    {
        var kept = new double[vector.Length];
        for (var first = 0; first < vector.Length; first += columns)
        {
            var ascending = Enumerable.Range(first, columns).OrderBy(i => Math.Abs(vector[i])).ThenBy(i => i).ToArray();
            for (var rank = 0; rank < columns; rank++)
                if (draw(ascending[rank]) < (columns == 1 ? density : density - epsilon + (2 * epsilon * rank / (columns - 1))))
                    kept[ascending[rank]] = vector[ascending[rank]];
        }

        return kept;
    }

    /// <summary>Breadcrumbs: the largest γn go, of the others the density · n largest stay.</summary>
    public static double[] WithoutOutliers(double[] vector, double density, double gamma)
    {
        var (keep, top) = ((int)(density * vector.Length), (int)(gamma * vector.Length));
        top = Math.Min(top, vector.Length - keep);
        var kept = new double[vector.Length];
        foreach (var i in Descending(vector).Skip(top).Take(keep))
            kept[i] = vector[i];
        return kept;
    }

    /// <summary>TIES: the largest stay, of equal ones the first.</summary>
    public static double[] Largest(double[] vector, int count)
    {
        var kept = new double[vector.Length];
        foreach (var i in Descending(vector).Take(count))
            kept[i] = vector[i];
        return kept;
    }

    /// <summary>Back to the L1 norm of the whole.</summary>
    public static double[] Rescaled(double[] sparse, double[] whole)
    {
        var (kept, all) = (sparse.Sum(Math.Abs), whole.Sum(Math.Abs));
        return kept < 1e-7 || all < 1e-7 ? sparse : [.. sparse.Select(value => value * all / kept)];
    }

    private static IEnumerable<int> Descending(double[] vector) => Enumerable.Range(0, vector.Length).OrderByDescending(i => Math.Abs(vector[i])).ThenBy(i => i);
}
