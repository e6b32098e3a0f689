using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>Task arithmetic on randomly thinned task vectors (arXiv:2311.03099).</summary>
internal sealed class DareLinear : TaskVectorMethod
{
    public override string Name => "dare_linear";

    public override string Description => "base plus the weighted sum of randomly thinned and rescaled task vectors (arXiv:2311.03099)";

    public override ImmutableArray<MethodParameter> Parameters { get; } = [.. RandomDrop.Parameters, CommonParameters.MergekitSteps()];

    protected override bool ElectsSigns => false;

    public override void Prepare(TensorInputs inputs)
    {
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        RandomDrop.Of(inputs, parameters, model);
}
