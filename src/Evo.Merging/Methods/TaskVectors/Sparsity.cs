using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>Which elements of a task vector stay, and the factor that makes up for the others.</summary>
internal sealed record Sparsity(MagnitudeCut? Cut = null, MaskKey? Mask = null, double Density = 1, float Factor = 1)
{
    public static Sparsity None { get; } = new();

    public void Apply(Block taskVector)
    {
        if (Cut is { } cut)
            taskVector.KeepLargest(cut);
        if (Mask is { } mask)
            taskVector.KeepRandom(mask, Density);
        if (Factor != 1)
            taskVector.Scale(Factor);
    }

    /// <summary>
    /// The same with the factor that restores the L1 norm, Σ|τ| / Σ|kept|; no factor when either sum is below 10⁻⁷ (mergekit's bound).
    /// </summary>
    public Sparsity WithL1Norm(TensorInputs inputs, int model) => Cut is null && Mask is { } mask
        ? WithL1Norm(inputs, model, inputs.SumsOfMagnitudes(model, mask, Density))
        : WithL1Norm(PassOver(inputs, model));

    /// <param name="sums">Σ|τ| and Σ|kept|; where they are no numbers, a pass over the task vector makes them.</param>
    public Sparsity WithL1Norm(TensorInputs inputs, int model, (double All, double Kept) sums) =>
        WithL1Norm(double.IsNaN(sums.All) ? PassOver(inputs, model) : sums);

    private Sparsity WithL1Norm((double All, double Kept) sums) =>
        sums.All < 1e-7 || sums.Kept < 1e-7 ? this : this with { Factor = (float)(sums.All / sums.Kept) };

    private (double All, double Kept) PassOver(TensorInputs inputs, int model)
    {
        var sums = inputs.Sum(2, (run, sums) =>
        {
            var vector = run.TaskVector(model);
            sums[0] += vector.SumOfMagnitudes();
            Apply(vector);
            sums[1] += vector.SumOfMagnitudes();
        });
        return (sums[0], sums[1]);
    }
}
