using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>A merged task vector that was computed as a whole.</summary>
internal sealed record ComputedTaskVector(float[] Values) : IMultiTaskVector
{
    public void Merge(TensorRun run, Block merged)
    {
        for (var model = 0; model < run.ModelCount; model++)
            run.TaskVector(model);
        merged.Load(0, Values.AsSpan((int)run.Start, run.Length));
    }
}
