namespace Evo.Merging.Tests.Fixtures;

/// <summary>The formulas of the paper methods' cards once more, in float64 and over lists, on flattened task vectors; merged task vectors come back.</summary>
internal static class PaperReferences
{
    /// <summary>Card B1, paper form.</summary>
    public static double[] Pcb(double[][] vectors, double[] kept, double[] weights)
    {
        var (models, elements) = (vectors.Length, vectors[0].Length);
        var scores = vectors.Select((vector, i) =>
        {
            var intra = Softmax([.. Normalised([.. vector.Select(x => x * x)]).Select(x => models * x)]);
            var inter = new double[elements];
            foreach (var other in vectors)
                inter = [.. inter.Zip(Softmax(Normalised([.. vector.Zip(other, (x, y) => x * y)])), (sum, term) => sum + term)];
            var beta = intra.Zip(inter, (x, y) => x * y).ToArray();
            var largest = Enumerable.Range(0, elements).OrderByDescending(e => beta[e]).Take((int)(kept[i] * elements)).ToHashSet();
            return beta.Select((score, e) => largest.Contains(e) ? score : 0).ToArray();
        }).ToArray();
        return Averaged(vectors, scores, weights);
    }

    /// <summary>Card B1, released form; order statistics are picked by index.</summary>
    public static double[] PcbReleased(double[][] vectors, double[] kept, double[] weights, double clip)
    {
        var (models, elements) = (vectors.Length, vectors[0].Length);
        var clipped = vectors.Select(vector => Clip([.. vector.Select(Math.Abs)], (int)(elements * clip), (int)((elements * (1 - clip)) - 1))).ToArray();
        var total = Enumerable.Range(0, elements).Select(e => vectors.Sum(vector => vector[e])).ToArray();
        var scores = vectors.Select((vector, i) =>
        {
            var intra = Normalised(clipped[i]).Select(x => Math.Exp(models * x * x)).ToArray();
            var score = Enumerable.Range(0, elements).Select(e => intra[e] * Math.Tanh(vector[e] * total[e])).ToArray();
            return Normalised(Clip(score, (int)(elements * (1 - kept[i])), elements - 1));
        }).ToArray();
        return Averaged([.. vectors.Zip(clipped, (vector, size) => vector.Zip(size, (x, a) => Math.Sign(x) * a).ToArray())], scores, weights);
    }

    /// <summary>Card B2 on a matrix of rows: one score for each column.</summary>
    public static double[][] WidenScores(double[][] @base, double[][][] models, double ratio, double calibration)
    {
        var columns = @base[0].Length;
        double[] Column(double[][] matrix, int column) => [.. matrix.Select(row => row[column])];
        double Norm(double[] column) => Math.Sqrt(column.Sum(x => x * x));
        double Cosine(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum() / (Norm(x) * Norm(y));
        var magnitude = models.Select(model => Enumerable.Range(0, columns).Select(c => Math.Abs(Norm(Column(model, c)) - Norm(Column(@base, c)))).ToArray());
        var direction = models.Select(model => Enumerable.Range(0, columns).Select(c => 1 - Cosine(Column(model, c), Column(@base, c))).ToArray());
        return [.. Importance([.. magnitude.Select(Ranks)]).Zip(Importance([.. direction.Select(Ranks)]), (x, y) => x.Zip(y, (a, b) => (a + b) / 2).ToArray())];

        double[] Ranks(double[] changes) => [.. changes.Select((change, c) => changes.Where((other, o) => other < change || (other == change && o < c)).Count() / (double)columns)];
        double[][] Importance(double[][] ranks) => [.. ranks.Select(ofModel => ofModel.Select((rank, c) =>
            rank > ratio * ofModel.Average() ? calibration : Math.Exp(rank) / ranks.Sum(other => Math.Exp(other[c]))).ToArray())];
    }

    /// <summary>Card B12: the mean of the task vectors in whose region an element lies; thresholds over all elements.</summary>
    public static double[] Stitched(double[][] vectors, double[] kept)
    {
        var regions = vectors.Select((vector, i) => Enumerable.Range(0, vector.Length).OrderByDescending(e => Math.Abs(vector[e])).ThenBy(e => e)
            .Take((int)(kept[i] * vector.Length)).ToHashSet()).ToArray();
        return [.. vectors[0].Select((_, e) => Enumerable.Range(0, vectors.Length).Where(i => regions[i].Contains(e)).Select(i => vectors[i][e]).DefaultIfEmpty(0).Average())];
    }

    /// <summary>Card B14: the unified task vector.</summary>
    public static double[] EmrUnified(double[][] vectors) => [.. vectors[0].Select((_, e) =>
        (vectors.Sum(vector => vector[e]) > 0 ? 1 : -1) is var sign ? sign * vectors.Select(vector => Math.Max(0, sign * vector[e])).Max() : 0)];

    /// <summary>Card B14: λᵢ · maskᵢ ⊙ τ uni of one task. The means that λᵢ is made of are taken over each of the given lengths.</summary>
    public static double[] EmrTask(double[][] vectors, int task, int[] lengths)
    {
        var unified = EmrUnified(vectors);
        var masked = unified.Zip(vectors[task], (uni, own) => uni * own > 0 ? uni : 0).ToArray();
        var (own, shared, start) = (0.0, 0.0, 0);
        foreach (var length in lengths)
        {
            own += vectors[task][start..(start + length)].Average(Math.Abs);
            shared += masked[start..(start + length)].Average(Math.Abs);
            start += length;
        }

        return [.. masked.Select(value => value * own / shared)];
    }

    /// <summary>Cards B15 and B19: τ merged where a task's mask is on.</summary>
    public static double[] TallTask(double[][] vectors, double[] merged, int task, double lambda) =>
        [.. merged.Zip(vectors[task], (all, own) => Math.Abs(own) > lambda * Math.Abs(all - own) ? all : 0)];

    /// <summary>Card B15: τ merged where at least k masks are on.</summary>
    public static double[] Consensus(double[][] vectors, double[] merged, double[] lambdas, int k) => [.. merged.Select((all, e) =>
        vectors.Where((vector, i) => Math.Abs(vector[e]) > lambdas[i] * Math.Abs(all - vector[e])).Count() >= k ? all : 0)];

    /// <summary>Σ of the weighted task vectors, of those alone that agree with the sign of that sum on request.</summary>
    public static double[] Sum(double[][] vectors, double[] weights, bool elect) => [.. vectors[0].Select((_, e) =>
    {
        var deltas = vectors.Select((vector, i) => weights[i] * vector[e]).ToArray();
        return elect ? deltas.Where(delta => Math.Sign(delta) == (deltas.Sum() >= 0 ? 1 : -1)).Sum() : deltas.Sum();
    })];

    private static double[] Averaged(double[][] vectors, double[][] scores, double[] weights) => [.. vectors[0].Select((_, e) =>
        scores.Sum(score => score[e]) is > 0 and var sum ? vectors.Select((vector, i) => scores[i][e] * weights[i] * vector[e]).Sum() / sum : 0)];

    private static double[] Normalised(double[] values) =>
        values.Max() > values.Min() ? [.. values.Select(x => (x - values.Min()) / (values.Max() - values.Min()))] : new double[values.Length];

    private static double[] Softmax(double[] values)
    {
        var sum = values.Sum(Math.Exp);
        return [.. values.Select(x => Math.Exp(x) / sum)];
    }

    private static double[] Clip(double[] values, int low, int high)
    {
        var sorted = values.Order().ToArray();
        return [.. values.Select(x => Math.Clamp(x, sorted[low], sorted[high]))];
    }
}
