using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Rounded;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>Which elements of a task vector stay, and the factor that makes up for the others.</summary>
/// <param name="Cut">The elements that stay.</param>
/// <param name="Mask">With which random numbers elements are dropped.</param>
/// <param name="Density">The probability of staying.</param>
/// <param name="Outliers">The elements of the cut that go.</param>
/// <param name="Spread">How much greater (less) than the density the probability is for the largest (smallest) element of a row.</param>
internal sealed record Sparsity(
    MagnitudeCut? Cut = null, MaskKey? Mask = null, double Density = 1, float Factor = 1, MagnitudeCut? Outliers = null, double? Spread = null)
{
    public static Sparsity None { get; } = new();

    public static Sparsity Everything { get; } = new(MagnitudeCut.Nothing);

    public Granularity Granularity => Spread is null ? Granularity.Elements : Granularity.Rows;

    public void Apply(Block taskVector, TensorRun run)
    {
        if (Cut is { } cut)
            taskVector.KeepLargest(cut);
        if (Outliers is { } outliers)
            taskVector.DropLargest(outliers);
        if (Mask is { } mask)
        {
            if (Spread is { } spread)
                taskVector.KeepRanked(mask, Density - spread, Density + spread, run.RowLength);
            else
                taskVector.KeepRandom(mask, Density);
        }

        if (Factor != 1)
            taskVector.Scale(Factor);
    }

    /// <summary>
    /// The same with the factor that restores the L1 norm, Σ|τ| / Σ|kept|; no factor when either sum is below 10⁻⁷ (mergekit's bound).
    /// </summary>
    public Sparsity WithL1Norm(TensorInputs inputs, int model) => Cut is null && Spread is null && inputs.StepType is null && Mask is { } mask
        ? WithL1Norm(inputs, model, inputs.SumsOfMagnitudes(model, mask, Density))
        : WithL1Norm(PassOver(inputs, model), StepRounding.Of(inputs));

    /// <param name="sums">Σ|τ| and Σ|kept|; where they are no numbers, a pass over the task vector makes them.</param>
    public Sparsity WithL1Norm(TensorInputs inputs, int model, (double All, double Kept) sums) =>
        WithL1Norm(double.IsNaN(sums.All) ? PassOver(inputs, model) : sums, StepRounding.Of(inputs));

    private Sparsity WithL1Norm((double All, double Kept) sums, StepRounding? rounding)
    {
        if (sums.All < 1e-7 || sums.Kept < 1e-7)
            return this;
        return this with
        {
            Factor = rounding is { } steps ? steps.Round(steps.Round(sums.All) / steps.Round(sums.Kept)) : (float)(sums.All / sums.Kept),
        };
    }

    private (double All, double Kept) PassOver(TensorInputs inputs, int model)
    {
        var sums = Granularity == Granularity.Rows ? RowSums.Of(inputs, 2, Visit) : inputs.Sum(2, Visit);
        return (sums[0], sums[1]);

        void Visit(TensorRun run, Span<double> sums)
        {
            var vector = StepRounding.Of(inputs) is { } rounding ? rounding.TaskVector(run, model, rounding.Base(run, 0)) : run.TaskVector(model);
            sums[0] += vector.SumOfMagnitudes();
            Apply(vector, run);
            sums[1] += vector.SumOfMagnitudes();
        }
    }
}
