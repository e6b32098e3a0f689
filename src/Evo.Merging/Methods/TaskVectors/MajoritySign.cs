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
            total += inputs.Remember("votes for a sign", () => new LatestVotes()).Of(inputs, WholeModelTrim.Shares(inputs, parameters));
        return total < 0 ? -1f : 1f;
    });

    /// <summary>Σ sgn Σ τᵢ of one tensor as it was last trimmed: a candidate with other weights but the same densities costs no pass over its elements.</summary>
    private sealed class LatestVotes : IPreparedValue
    {
        private readonly Lock _gate = new();
        private Sparsity[] _trimmed = [];
        private double? _votes;

        public long Bytes => 0; // a few numbers for each model

        public double Of(TensorInputs inputs, TaskVectorShare[] shares)
        {
            Sparsity[] trimmed = [.. shares.Select(share => share.Sparsity)];
            lock (_gate)
            {
                if (_votes is { } known && _trimmed.SequenceEqual(trimmed))
                    return known;
            }

            var votes = inputs.Sum(1, (run, sums) => sums[0] += UnweightedElectionKernel.Vote(run, shares).SumOfSigns())[0];
            lock (_gate)
                (_trimmed, _votes) = (trimmed, votes);
            return votes;
        }
    }
}
