using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>Model Breadcrumbs (arXiv:2312.06795) with TIES' sign election.</summary>
internal sealed class BreadcrumbsTies : TaskVectorMethod
{
    public override string Name => "breadcrumbs_ties";

    public override string Description => "task vectors without their smallest and their largest elements, merged where they agree in sign (arXiv:2312.06795 with arXiv:2306.01708)";

    public override ImmutableArray<MethodParameter> Parameters { get; } = 
        OutlierTrim.Parameters(CommonParameters.MergekitSteps("a gamma that makes no outlier empties the task vector; " + "no guard against weights of both signs that nearly cancel"));

    protected override bool ElectsSigns => true;

    public override void Prepare(TensorInputs inputs)
    {
        for (var model = 0; model < inputs.ModelCount; model++)
            inputs.TaskVectorOrder(model);
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        OutlierTrim.Of(inputs, parameters, model);
}
