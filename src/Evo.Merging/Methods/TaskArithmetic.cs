using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>θ = θ₀ + λ Σ wᵢ τᵢ (arXiv:2212.04089).</summary>
internal sealed class TaskArithmetic : TaskVectorMethod
{
    public override string Name => "task_arithmetic";

    public override string Description => "base plus the weighted sum of task vectors (arXiv:2212.04089)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1.5), CommonParameters.Normalize(false), CommonParameters.Lambda, CommonParameters.Int8Mask,
        CommonParameters.MergekitSteps(),
    ];

    protected override bool ElectsSigns => false;

    public override void Prepare(TensorInputs inputs)
    {
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) => Sparsity.None;
}
