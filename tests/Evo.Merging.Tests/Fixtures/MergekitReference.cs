namespace Evo.Merging.Tests.Fixtures;

/// <summary>The cards A3 to A11 once more, matrix by matrix in float64, written from their formulas and with nothing in common with the code under test.</summary>
internal static class MergekitReference
{
    public static double[] NuSlerp(double[] x, double[] y, double t, IEnumerable<int[]> vectors)
    {
        var merged = new double[x.Length];
        foreach (var vector in vectors)
        {
            var (nx, ny) = (Math.Max(1e-7, Norm(vector.Select(i => x[i]))), Math.Max(1e-7, Norm(vector.Select(i => y[i]))));
            var angle = Math.Acos(Math.Clamp(vector.Sum(i => x[i] / nx * (y[i] / ny)), -1, 1));
            foreach (var i in vector)
                merged[i] = Math.Sin(angle) < 1e-7 ? ((1 - t) * x[i]) + (t * y[i]) : ((Math.Sin((1 - t) * angle) * x[i]) + (Math.Sin(t * angle) * y[i])) / Math.Sin(angle);
        }

        return merged;
    }

    /// <summary>In the tangent space, as mergekit writes it.</summary>
    public static double[] MultiSlerp(double[][] models, double[] weights)
    {
        double[] shares = [.. weights.Select(weight => weight / weights.Sum())];
        double[][] units = [.. models.Select(model => model.Select(value => value / (Norm(model) + 1e-8)).ToArray())];
        var mean = Combine(units, shares);
        var m = Scaled(mean, 1 / Norm(mean));
        double[][] tangents = [.. units.Select(unit => Combine([unit, m], [1, -Dot(unit, m)]))];
        var tangent = Combine(tangents, shares);
        var length = Norm(tangent) + 1e-8;
        return Scaled(Combine([m, tangent], [Math.Cos(length), Math.Sin(length) / length]), models.Zip(shares, (model, share) => Norm(model) * share).Sum());
    }

    /// <summary>On the vectors themselves, iterated to the end.</summary>
    public static double[] Karcher(double[][] models, int iterations)
    {
        double[][] units = [.. models.Select(model => Scaled(model, 1 / Norm(model)))];
        var u = Combine(units, [.. units.Select(_ => 1.0)]);
        u = Scaled(u, 1 / Norm(u));
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var t = new double[u.Length];
            foreach (var unit in units)
            {
                var cosine = Dot(u, unit);
                var angle = Math.Acos(Math.Clamp(cosine, -1, 1));
                if (angle > 1e-7)
                    t = Combine([t, unit, u], [1, angle / Math.Sin(angle) / units.Length, -cosine * angle / Math.Sin(angle) / units.Length]);
            }

            if (Norm(t) < 1e-12)
                break;
            u = Combine([u, t], [Math.Cos(Norm(t)), Math.Sin(Norm(t)) / Norm(t)]);
        }

        return Scaled(u, models.Average(Norm));
    }

    public static double[] ModelStock(double[] @base, double[][] models, IEnumerable<int[]> vectors, bool clamped)
    {
        var merged = new double[@base.Length];
        foreach (var vector in vectors)
        {
            double[][] taus = [.. models.Select(model => vector.Select(i => model[i] - @base[i]).ToArray())];
            var cosines = from i in Enumerable.Range(0, taus.Length) from j in Enumerable.Range(i + 1, taus.Length - i - 1)
                          select Math.Clamp(Dot(taus[i], taus[j]) / Math.Max(1e-6, Norm(taus[i]) * Norm(taus[j])), -1, 1);
            var c = cosines.Average();
            var t = taus.Length * c / (1 + ((taus.Length - 1) * c));
            if (clamped)
                t = c < 0 ? 0 : Math.Clamp(t, 0, 1);
            foreach (var i in vector)
                merged[i] = (t * models.Average(model => model[i])) + ((1 - t) * @base[i]);
        }

        return merged;
    }

    public static double[] Sce(double[] @base, double[][] models, double topk)
    {
        double[][] taus = [.. models.Select(model => model.Zip(@base, (value, start) => value - start).ToArray())];
        if (topk < 1)
        {
            float Variance(int i) => (float)taus.Average(tau => Math.Pow(tau[i] - taus.Average(other => other[i]), 2)); // in 24 bits, so that equal ones are equal
            var variances = Enumerable.Range(0, @base.Length).Select(i => models.All(model => model[i] == models[0][i]) ? 0 : Variance(i)).ToArray();
            var kept = Enumerable.Range(0, @base.Length).OrderByDescending(i => variances[i]).ThenBy(i => i).Take((int)(topk * variances.Count(v => v != 0))).ToHashSet();
            taus = [.. taus.Select(tau => tau.Select((value, i) => kept.Contains(i) ? value : 0).ToArray())];
        }

        var squares = taus.Select(tau => tau.Average(value => value * value)).ToArray();
        double[] c = [.. squares.Select(square => squares.Sum() == 0 ? 1.0 / taus.Length : square / squares.Sum())];
        return [.. Enumerable.Range(0, @base.Length).Select(i =>
        {
            var sign = taus.Sum(tau => tau[i]) >= 0 ? 1 : -1;
            var agreeing = Enumerable.Range(0, taus.Length).Where(m => Math.Sign(taus[m][i]) == sign).ToArray();
            return @base[i] + (agreeing.Sum(m => c[m] * taus[m][i]) / Math.Max(1e-6, agreeing.Sum(m => c[m])));
        })];
    }

    public static double[] Fusion(double[] a, double[] b, int columns, double kappa)
    {
        var scores = new double[a.Length];
        for (var row = 0; row < a.Length; row += columns)
        {
            var (p, q) = (Softmax(b.AsSpan(row, columns)), Softmax(a.AsSpan(row, columns)));
            var divergence = p.Zip(q, (x, y) => (x + 1e-8) * Math.Log((x + 1e-8) / (y + 1e-8))).Sum();
            for (var i = row; i < row + columns; i++)
                scores[i] = Math.Abs(b[i] - a[i]) * divergence;
        }

        var sorted = scores.Order().ToArray();
        double Quantile(double share) => sorted[(int)(share * (sorted.Length - 1))];
        var threshold = Quantile(.5) + (kappa * (Quantile(.75) - Quantile(.25)));
        return [.. a.Select((value, i) => scores[i] >= threshold ? b[i] : value)];
    }

    public static double[] Ram(double[] @base, double[][] models, double epsilon, double r, double alpha)
    {
        double[][] taus = [.. models.Select(model => model.Zip(@base, (value, start) => value - start).Select(value => Math.Abs(value) > epsilon ? value : 0).ToArray())];
        var counts = Enumerable.Range(0, @base.Length).Select(i => taus.Count(tau => tau[i] != 0)).ToArray();
        double[] factors = [.. taus.Select(tau =>
        {
            var shared = tau.Where((value, i) => value != 0 && counts[i] > 1).Count();
            var unique = tau.Where((value, i) => value != 0 && counts[i] == 1).Count();
            return 1 + (r * Math.Clamp(shared / Math.Max(unique, epsilon), 0, alpha));
        })];
        return [.. @base.Select((start, i) => start + taus.Select((tau, m) => counts[i] == 1 ? tau[i] * factors[m] : tau[i] / Math.Max(1, counts[i])).Sum())];
    }

    /// <summary>The elements of each row, or of each column, or all.</summary>
    public static IEnumerable<int[]> Rows(int rows, int columns) => Enumerable.Range(0, rows).Select(row => Enumerable.Range(row * columns, columns).ToArray());

    public static IEnumerable<int[]> Columns(int rows, int columns) =>
        Enumerable.Range(0, columns).Select(column => Enumerable.Range(0, rows).Select(row => (row * columns) + column).ToArray());

    public static IEnumerable<int[]> Whole(int count) => [[.. Enumerable.Range(0, count)]];

    private static double[] Softmax(ReadOnlySpan<double> values)
    {
        var exponentials = values.ToArray().Select(Math.Exp).ToArray();
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }

    private static double[] Combine(double[][] vectors, double[] coefficients) =>
        [.. Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Zip(coefficients, (vector, coefficient) => vector[i] * coefficient).Sum())];

    private static double[] Scaled(double[] vector, double factor) => [.. vector.Select(value => value * factor)];

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static double Norm(IEnumerable<double> vector) => Math.Sqrt(vector.Sum(value => value * value));
}
