using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Stock;

namespace Evo.Merging.Methods;

/// <summary>
/// Model Stock (arXiv:2403.19522, equation 6): between the mean of the models and the base, at t = N·c / (1 + (N - 1)·c), where c is the cosine between task
/// vectors, for more than two the mean over pairs. Negative cosines would lead away from the models: t is kept within [0, 1].
/// </summary>
internal sealed class ModelStock : IMergeMethod
{
    public string Name => "model_stock";

    public string Description => "between the base and the mean of the models, the nearer to the mean the more their task vectors agree (arXiv:2403.19522)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Switch("filter_wise", false, "a share for every row of a tensor in the place of one for all"),
        CommonParameters.MergekitCompat("the share of the mean is not kept within [0, 1], and task vectors whose norms multiply to less than 10⁻⁶ count as nearly perpendicular"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 2, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs) => GramMatrix.Of(inputs, nearly: true);

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var asMergekit = parameters.IsOn("mergekit_compat");
        if (parameters.IsOn("filter_wise"))
            return new RowStockKernel(asMergekit);
        var gram = GramMatrix.Of(inputs, nearly: true);
        return new StockKernel((float)StockRatio.Of(inputs.ModelCount, (i, j) => gram[i, j], asMergekit));
    }
}
