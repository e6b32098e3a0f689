using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Backbones;

/// <summary>
/// What a kernel adds to the base, in the host's memory: for methods that go on from another merge in other pieces than that merge makes. 4 bytes an element,
/// so it is for matrices that their merge holds whole anyway.
/// </summary>
internal static class MergedChange
{
    public static float[] Of(TensorInputs inputs, ITensorKernel kernel)
    {
        var change = new float[checked((int)inputs.ElementCount)];
        inputs.SumMerged(kernel, 0, (run, _) =>
        {
            run.Output.Subtract(run.Base);
            run.Output.OnHost().CopyTo(change.AsSpan((int)run.Start));
        });
        return change;
    }
}
