using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>DARE's random drop with TIES' sign election (arXiv:2311.03099, arXiv:2306.01708).</summary>
internal sealed class DareTies : TaskVectorMethod
{
    public override string Name => "dare_ties";

    public override string Description => "randomly thinned and rescaled task vectors, merged where they agree in sign (arXiv:2311.03099 with arXiv:2306.01708)";

    public override ImmutableArray<MethodParameter> Parameters { get; } = [.. RandomDrop.Parameters, CommonParameters.MergekitSteps("no guard against weights of both signs that nearly cancel")];

    protected override bool ElectsSigns => true;

    public override void Prepare(TensorInputs inputs)
    {
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        RandomDrop.Of(inputs, parameters, model);
}
