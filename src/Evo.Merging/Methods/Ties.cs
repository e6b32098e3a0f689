using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>
/// Trim, elect sign, merge (arXiv:2306.01708). By default as mergekit does it: trimmed tensor by tensor, signs elected on the weighted task vectors, a tie for plus.
/// With <c>trim_scope: model</c> as the paper's code does it: one threshold for each whole model, signs elected on the trimmed task vectors before they are weighted, a tie
/// for the sign that most elements of the model elect. Densities that differ between tensors then say how many elements are kept in all.
/// </summary>
internal sealed class Ties : TaskVectorMethod
{
    private const string WholeModel = "model";

    public override string Name => "ties";

    public override string Description => "task vectors trimmed to their largest elements, merged where they agree in sign (arXiv:2306.01708)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1.5), CommonParameters.Density(0.05), CommonParameters.Normalize(true), CommonParameters.Rescale(false),
        CommonParameters.Lambda, CommonParameters.Int8Mask,
        MethodParameter.OneOf(
            "trim_scope", "whether the largest elements of each tensor are kept (mergekit) or of each whole model (the paper's code, which elects signs before weighting)",
            "tensor", WholeModel),
        CommonParameters.MergekitSteps("no guard against weights of both signs that nearly cancel"),
    ];

    protected override bool ElectsSigns => true;

    public override bool DependsOnPlan(TensorParameters parameters) => parameters.Choice("trim_scope") == WholeModel;

    /// <summary>Thresholds follow from densities; the majority's sign from the trimmed task vectors before they are weighted.</summary>
    public override ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => ["density", "rescale"];

    public override void Prepare(TensorInputs inputs)
    {
        for (var model = 0; model < inputs.ModelCount; model++)
            inputs.TaskVectorOrder(model);
    }

    public override ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        if (!DependsOnPlan(parameters))
            return base.Bind(inputs, parameters);
        var shares = WholeModelTrim.Shares(inputs, parameters);
        return new UnweightedElectionKernel(
            shares,
            MajoritySign.Of(inputs.Plan),
            parameters.IsOn("normalize"),
            SmallestDivisor(shares, parameters),
            (float)parameters["lambda"]);
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        MagnitudeTrim.Of(inputs, parameters, model);
}
