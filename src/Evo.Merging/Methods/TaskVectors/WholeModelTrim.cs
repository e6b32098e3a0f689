using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>
/// The original TIES trim: of all task vector elements of a model, over all tensors that it takes part in, the ⌊Σ density · n⌋ of largest magnitude stay. Equal ones
/// are kept in the order of the tensors and, within one, of the elements.
/// </summary>
internal static class WholeModelTrim
{
    private const int LowerBits = 15;
    private const int Few = 1024;

    /// <summary>Every model's part in one tensor.</summary>
    public static TaskVectorShare[] Shares(TensorInputs inputs, TensorParameters parameters)
    {
        var shares = new TaskVectorShare[inputs.ModelCount];
        for (var model = 0; model < shares.Length; model++)
        {
            var cuts = Cuts(inputs.Plan, inputs.ModelName(model));
            var trimmed = cuts is null ? Sparsity.None : new Sparsity(cuts[inputs.Name]);
            shares[model] = new TaskVectorShare(
                cuts is not null && parameters.IsOn("rescale") ? trimmed.WithL1Norm(inputs, model) : trimmed, (float)parameters.Of(model, "weight"));
        }

        return shares;
    }

    /// <summary>The cut of each tensor, by its name; null when everything stays.</summary>
    private static Dictionary<string, MagnitudeCut>? Cuts(PlanInputs plan, string name) => plan.Remember($"whole-model trim of {name}", () =>
    {
        var parts = plan.Tensors
            .SelectMany(pair => Enumerable.Range(0, pair.Inputs.ModelCount).Select(model => (pair.Inputs, Model: model, Density: pair.Parameters.Of(model, "density"))))
            .Where(part => part.Inputs.ModelName(part.Model) == name).ToArray();
        var kept = (long)parts.Sum(part => part.Density * part.Inputs.ElementCount);
        return new Found(kept >= parts.Sum(part => part.Inputs.ElementCount)
            ? null
            : Find([.. parts.Select(part => (part.Inputs, part.Model))], kept));
    }).Cuts;

    private static Dictionary<string, MagnitudeCut> Find((TensorInputs Inputs, int Model)[] parts, long kept)
    {
        if (kept == 0)
            return parts.ToDictionary(part => part.Inputs.Name, _ => MagnitudeCut.Nothing);
        var upper = parts.Select(part => part.Inputs.MagnitudeCounts(part.Model)).ToArray();
        var (bucket, rank) = Descend(upper.SelectMany(counts => counts), kept);
        var few = new ImmutableArray<(int Bits, long Count)>?[parts.Length];
        var (lowerBits, ties) = Descend(Enumerable.Range(0, parts.Length).SelectMany(part => Lower(part)), rank);
        var threshold = BitConverter.Int32BitsToSingle((bucket << LowerBits) | lowerBits);

        var cuts = new Dictionary<string, MagnitudeCut>(StringComparer.Ordinal);
        for (var part = 0; part < parts.Length; part++)
        {
            if (ties == 0)
            {
                cuts[parts[part].Inputs.Name] = new MagnitudeCut(threshold, -1);
                continue;
            }

            var lower = Lower(part);
            var equal = lower.Where(pair => pair.Bits == lowerBits).Sum(pair => pair.Count);
            var greater = upper[part].Where(pair => pair.Bits > bucket).Sum(pair => pair.Count)
                + lower.Where(pair => pair.Bits > lowerBits).Sum(pair => pair.Count);
            var own = Math.Min(ties, equal);
            ties -= own;
            cuts[parts[part].Inputs.Name] = own == equal ? new MagnitudeCut(threshold, long.MaxValue)
                : own == 0 ? new MagnitudeCut(threshold, -1)
                : parts[part].Inputs.TaskVectorOrder(parts[part].Model).Largest(greater + own);
        }

        return cuts;

        // Few, as differences of bfloat16 values have, are kept; as many as differences of float32 have are half a megabyte a tensor, and counted twice.
        ImmutableArray<(int Bits, long Count)> Lower(int part)
        {
            if (few[part] is { } known)
                return known;
            var counts = parts[part].Inputs.MagnitudeCounts(parts[part].Model, bucket);
            if (counts.Length <= Few)
                few[part] = counts;
            return counts;
        }
    }

    /// <summary>Where the element of a rank (1 the largest) lies, and its rank there.</summary>
    private static (int Bits, long Rank) Descend(IEnumerable<(int Bits, long Count)> counts, long rank)
    {
        foreach (var (bits, count) in counts.AggregateBy(pair => pair.Bits, 0L, (sum, pair) => sum + pair.Count).OrderByDescending(pair => pair.Key))
        {
            if (count >= rank)
                return (bits, rank);
            rank -= count;
        }

        throw new ArgumentOutOfRangeException(nameof(rank), rank, "there are fewer elements");
    }

    private sealed record Found(Dictionary<string, MagnitudeCut>? Cuts);
}
