using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>
/// The merged task vector under task masks, element by element: Σ wᵢ τᵢ / divisor, or TIES' sum of the trimmed wᵢ τᵢ that agree with the sign of their sum (not divided by the
/// number of voters, as in the authors' scripts).
/// </summary>
internal sealed record MultiTaskVector(TaskVectorShare[] Shares, bool ElectsSigns, float Divisor = 1) : IMultiTaskVector
{
    public void Merge(TensorRun run, Block merged)
    {
        merged.Clear();
        for (var model = 0; model < Shares.Length; model++)
            merged.AddScaled(run.TaskVector(model), ElectsSigns ? 0 : Shares[model].Weight);
        if (Divisor != 1)
            merged.Divide(Divisor);
        if (!ElectsSigns)
            return;

        var (vote, delta) = (run.Scratch(1), run.Scratch(2));
        vote.Clear();
        for (var model = 0; model < Shares.Length; model++)
            vote.Add(Delta(run, model, delta));
        for (var model = 0; model < Shares.Length; model++)
            merged.AddAgreeing(Delta(run, model, delta), vote);
    }

    private Block Delta(TensorRun run, int model, Block delta)
    {
        delta.CopyFrom(run.Model(model));
        Shares[model].Sparsity.Apply(delta, run);
        delta.Scale(Shares[model].Weight);
        return delta;
    }
}
