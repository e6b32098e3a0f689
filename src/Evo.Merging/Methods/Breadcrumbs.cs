using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>Model Breadcrumbs (arXiv:2312.06795): outliers and small elements of the task vectors go.</summary>
internal sealed class Breadcrumbs : TaskVectorMethod
{
    public override string Name => "breadcrumbs";

    public override string Description => "base plus the weighted sum of task vectors without their smallest and their largest elements (arXiv:2312.06795)";

    public override ImmutableArray<MethodParameter> Parameters { get; } = 
        OutlierTrim.Parameters(CommonParameters.MergekitSteps("a gamma that makes no outlier empties the task vector"));

    protected override bool ElectsSigns => false;

    public override void Prepare(TensorInputs inputs)
    {
        for (var model = 0; model < inputs.ModelCount; model++)
            inputs.TaskVectorOrder(model);
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        OutlierTrim.Of(inputs, parameters, model);
}
