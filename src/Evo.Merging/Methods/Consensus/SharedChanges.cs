using System.Globalization;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Consensus;

/// <summary>Which elements several models change.</summary>
internal static class SharedChanges
{
    public static MethodParameter Epsilon { get; } = new(
        "epsilon", ParameterScope.Global, 1e-5, 0, 1, 1e-8, 1e-3, "a difference from the base up to this is none; models stored in 16 bits may have 0");

    /// <summary>For each model, how many shared changes it has for each of its own; remembered for the epsilon.</summary>
    public static double[] Ratios(TensorInputs inputs, float epsilon) =>
        inputs.Remember(string.Create(CultureInfo.InvariantCulture, $"shared changes above {epsilon:R}"), () =>
        {
            var counts = inputs.Sum(2 * inputs.ModelCount, (run, sums) =>
            {
                var vectors = Changes(run, epsilon, out var count);
                for (var model = 0; model < vectors.Length; model++)
                {
                    var (nonZero, alone) = vectors[model].NonZeroAndAlone(count);
                    sums[2 * model] += nonZero - alone;
                    sums[(2 * model) + 1] += alone;
                }
            });
            return Enumerable.Range(0, inputs.ModelCount).Select(model => counts[2 * model] is var shared && shared == 0
                ? 0
                : shared / Math.Max(counts[(2 * model) + 1], epsilon)).ToArray();
        });

    /// <summary>The task vectors, zero where they are no change, and how many have each element.</summary>
    public static Block[] Changes(TensorRun run, float epsilon, out Block count)
    {
        var vectors = run.Vectors(hasBase: true);
        count = run.Scratch(0);
        count.Clear();
        foreach (var vector in vectors)
        {
            vector.KeepAbove(epsilon);
            count.CountNonZero(vector);
        }

        return vectors;
    }
}
