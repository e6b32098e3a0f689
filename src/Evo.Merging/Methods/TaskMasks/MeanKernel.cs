using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>The plain average of some of the models themselves; of one, that model bit for bit.</summary>
internal sealed record MeanKernel(params int[] Models) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        run.Output.CopyFrom(run.Model(Models[0]));
        foreach (var model in Models.AsSpan(1))
            run.Output.Add(run.Model(model));
        if (Models.Length > 1)
            run.Output.Divide(Models.Length);
    }
}
