namespace Evo.Merging.Tests.Fixtures;

/// <summary>Feed-forward parts in float64: one dense, and a mixture with its router, with nothing in common with the code under test.</summary>
internal static class ReferenceExperts
{
    /// <summary>down · (silu(gate · x) ⊙ up · x).</summary>
    public static double[] Dense(float[] gate, float[] up, float[] down, double[] x)
    {
        var inner = Times(gate, x).Zip(Times(up, x), (g, u) => g / (1 + Math.Exp(-g)) * u).ToArray();
        return Times(down, inner);
    }

    /// <summary>Σ pₑ · expertₑ(x) over the k largest of softmax(router · x + bias), renormalised where the architecture does.</summary>
    public static double[] Mixture((float[] Gate, float[] Up, float[] Down)[] experts, float[] router, float[]? bias, int k, bool renormalise, double[] x)
    {
        var logits = Times(router, x).Select((logit, e) => logit + (bias?[e] ?? 0)).ToArray();
        var exponents = logits.Select(logit => Math.Exp(logit - logits.Max())).ToArray();
        var chosen = Enumerable.Range(0, experts.Length).OrderByDescending(e => exponents[e]).Take(k).ToArray();
        var divisor = renormalise ? chosen.Sum(e => exponents[e]) : exponents.Sum();
        var sum = new double[x.Length];
        foreach (var e in chosen)
            foreach (var (value, i) in Dense(experts[e].Gate, experts[e].Up, experts[e].Down, x).Select((value, i) => (value, i)))
                sum[i] += exponents[e] / divisor * value;
        return sum;
    }

    private static double[] Times(float[] matrix, double[] x) =>
        [.. Enumerable.Range(0, matrix.Length / x.Length).Select(row => x.Select((value, column) => matrix[(row * x.Length) + column] * value).Sum())];
}
