using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>
/// The merged task vector under task masks: Σ wᵢ τᵢ, or TIES' sum of the trimmed wᵢ τᵢ that agree with the sign of their sum (not divided by the number of voters, as in
/// the authors' scripts). It leaves the task vectors themselves in the model blocks.
/// </summary>
internal sealed record MultiTaskVector(TaskVectorShare[] Shares, bool ElectsSigns)
{
    public static MethodParameter Backbone { get; } = MethodParameter.OneOf(
        "backbone", "how the task vectors are merged: their weighted sum, or TIES' sum of those that agree in sign", "task_arithmetic", "ties");

    public static MultiTaskVector Of(TensorInputs inputs, TensorParameters parameters)
    {
        var elects = parameters.Choice("backbone") == "ties";
        var shares = Enumerable.Range(0, inputs.ModelCount).Select(model => new TaskVectorShare(
            elects && parameters.Of(model, "density") is < 1 and var density
                ? new Sparsity(inputs.TaskVectorOrder(model).Largest((long)(density * inputs.ElementCount)))
                : Sparsity.None,
            (float)parameters.Of(model, "weight")));
        return new MultiTaskVector([.. shares], elects);
    }

    /// <summary>May use scratch blocks from 1 on.</summary>
    public void Merge(TensorRun run, Block merged)
    {
        merged.Clear();
        for (var model = 0; model < Shares.Length; model++)
            merged.AddScaled(run.TaskVector(model), ElectsSigns ? 0 : Shares[model].Weight);
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
