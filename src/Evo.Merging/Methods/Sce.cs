using System.Collections.Immutable;
using Evo.Merging.Methods.Consensus;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// Select, calculate, erase (FuseChat, arXiv:2408.07990, section 3.3): the elements in which the task vectors vary most are kept, the same for all models; a model's weight is the
/// mean square of what it keeps; elements against the sign of the sum are erased, and the others are averaged by those weights. Where the selection is of no element at
/// all the base stays (mergekit makes a tensor of another shape there).
/// </summary>
internal sealed class Sce : IMergeMethod
{
    /// <summary>mergekit takes a sum of mean squares below this for none, which is what small fine-tunes have.</summary>
    private const double SmallestMeanSquares = 1e-6;

    public string Name => "sce";

    public string Description => "elements of high variance, averaged by the models' squared norms where signs agree (FuseChat, arXiv:2408.07990)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("select_topk", ParameterScope.Global, 1, 0, 1, 0.05, 1, "fraction of the elements with any variance that is kept, those of the greatest"),
        CommonParameters.Int8Mask,
        CommonParameters.MergekitCompat("models count equally where their mean squares sum to less than 10⁻⁶"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs) => Squares(inputs, null);

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var selected = Selected(inputs, parameters["select_topk"]);
        var squares = Squares(inputs, selected);
        var sum = squares.Sum();
        var equal = sum == 0 || (parameters.IsOn("mergekit_compat") && sum / inputs.ElementCount < SmallestMeanSquares);
        return new SelectiveElectionKernel([.. squares.Select(square => (float)(equal ? 1.0 / squares.Length : square / sum))], selected);
    }

    /// <summary>Null when all elements are kept.</summary>
    private static MagnitudeCut? Selected(TensorInputs inputs, double share)
    {
        if (share >= 1)
            return null;
        var order = inputs.ScoreOrder("order of the variance", Granularity.Elements, run =>
        {
            var variance = run.Scratch(0);
            variance.SetVariance(run.Vectors(hasBase: false));
            return variance;
        });
        return order.Largest((long)(share * order.NonZeroCount)) is var cut && cut == MagnitudeCut.Everything ? null : cut;
    }

    private static double[] Squares(TensorInputs inputs, MagnitudeCut? selected)
    {
        return selected is null ? inputs.Remember("squared norms", Sum) : Sum();

        double[] Sum() => inputs.Sum(inputs.ModelCount, (run, sums) =>
        {
            var vectors = SelectiveElectionKernel.TaskVectors(run, selected);
            for (var model = 0; model < vectors.Length; model++)
                sums[model] += vectors[model].Dot(vectors[model]);
        });
    }
}
