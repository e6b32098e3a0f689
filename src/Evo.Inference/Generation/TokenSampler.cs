namespace Evo.Inference.Generation;

/// <summary>Draws a token from logits. The random number depends on the request's seed and the token's index only, so a text does not depend on the batch.</summary>
internal static class TokenSampler
{
    /// <param name="logits">Finite, one for each token of the vocabulary.</param>
    /// <param name="index">How many tokens the request has already drawn.</param>
    public static int Draw(ReadOnlySpan<float> logits, SamplingOptions options, int index)
    {
        var tokens = new int[logits.Length];
        var weights = new double[logits.Length];
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);
        for (var token = 0; token < logits.Length; token++)
        {
            tokens[token] = token;
            weights[token] = Math.Exp((logits[token] - largest) / options.Temperature);
        }

        var kept = Kept(tokens, weights, options);
        var total = 0.0;
        for (var rank = 0; rank < kept; rank++)
            total += weights[rank];
        var target = Uniform(options.Seed, index) * total;
        for (var rank = 0; rank < kept; rank++)
        {
            target -= weights[rank];
            if (target < 0)
                return tokens[rank];
        }

        return tokens[kept - 1];
    }

    /// <exception cref="ArgumentException">A setting is outside its range.</exception>
    public static void Check(SamplingOptions options)
    {
        if (!(options.Temperature > 0) || !double.IsFinite(options.Temperature))
            throw new ArgumentException($"Temperature must be above 0, but is {options.Temperature}; leave sampling out for greedy decoding.", nameof(options));
        if (!(options.TopP is > 0 and <= 1))
            throw new ArgumentException($"TopP must be above 0 and at most 1, but is {options.TopP}.", nameof(options));
        if (options.TopK < 0)
            throw new ArgumentException($"TopK must not be negative, but is {options.TopK}.", nameof(options));
    }

    /// <summary>
    /// Sorts likely tokens first when a limit asks for it and says how many stay: the <c>TopK</c> most likely ones, and of those the fewest that together hold
    /// <c>TopP</c> of the probability (nucleus sampling, Holtzman et al. 2020).
    /// </summary>
    private static int Kept(int[] tokens, double[] weights, SamplingOptions options)
    {
        if (options.TopP >= 1 && (options.TopK == 0 || options.TopK >= tokens.Length))
            return tokens.Length;
        var negated = Array.ConvertAll(weights, weight => -weight);
        var ranked = tokens.OrderBy(token => negated[token]).ToArray(); // stable: equal weights in order of their ids
        var sorted = Array.ConvertAll(ranked, token => weights[token]);
        ranked.CopyTo(tokens, 0);
        sorted.CopyTo(weights, 0);
        var count = options.TopK == 0 ? tokens.Length : Math.Min(options.TopK, tokens.Length);
        if (options.TopP >= 1)
            return count;
        var limit = options.TopP * weights.AsSpan(0, count).ToArray().Sum();
        var sum = 0.0;
        for (var rank = 0; rank < count; rank++)
        {
            sum += weights[rank];
            if (sum >= limit)
                return rank + 1;
        }

        return count;
    }

    /// <summary>A number in [0, 1) with 53 random bits: SplitMix64's finaliser (Steele et al. 2014) over seed and index.</summary>
    private static double Uniform(ulong seed, int index)
    {
        static ulong Mix(ulong value)
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }

        const ulong GoldenRatio = 0x9E3779B97F4A7C15;
        return (Mix(Mix(seed + GoldenRatio) + (((ulong)index + 1) * GoldenRatio)) >> 11) * (1.0 / (1UL << 53));
    }
}
