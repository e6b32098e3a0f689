using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>The sign that most elements of a whole merge elect: what the original TIES gives the elements whose trimmed task vectors sum to 0.</summary>
internal static class MajoritySign
{
    /// <summary>1, also where both signs are elected equally often, or -1.</summary>
    public static float Of(PlanInputs plan) => plan.Remember("majority sign", () =>
    {
        var total = 0.0;
        foreach (var (inputs, parameters) in plan.Tensors)
        {
            var shares = WholeModelTrim.Shares(inputs, parameters);
            total += inputs.Sum(1, (run, sums) => sums[0] += UnweightedElectionKernel.Vote(run, shares).SumOfSigns())[0];
        }

        return total < 0 ? -1f : 1f;
    });
}
