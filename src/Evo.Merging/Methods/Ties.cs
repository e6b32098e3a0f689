using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>Trim, elect sign, merge (arXiv:2306.01708), as mergekit does it: trimmed tensor by tensor, signs elected on the weighted deltas.</summary>
internal sealed class Ties : TaskVectorMethod
{
    public override string Name => "ties";

    public override string Description => "task vectors trimmed to their largest elements, merged where they agree in sign (arXiv:2306.01708)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1.5), CommonParameters.Density(0.05), CommonParameters.Normalize(true), CommonParameters.Rescale(false),
        CommonParameters.Lambda, CommonParameters.Int8Mask, CommonParameters.MergekitCompat,
    ];

    protected override bool ElectsSigns => true;

    public override void Prepare(TensorInputs inputs)
    {
        for (var model = 0; model < inputs.ModelCount; model++)
            inputs.TaskVectorOrder(model);
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        MagnitudeTrim.Of(inputs, parameters, model);
}
