using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// OptMerge (arXiv:2505.19892): WUDI with noise taken out. Interference is measured along the top K singular directions of each task vector alone, and
/// targets are cut to rank K: fully fine-tuned experts around the mean task vector, starting from the sum; low-rank experts by themselves, starting from the mean. In
/// closed form with spectral stopping; directions that no expert asks for keep their start.
/// </summary>
internal sealed class OptMerge : InterferenceMethod
{
    private const string Experts = "experts";
    private const string Full = "full";
    private const string LowRank = "low_rank";
    private const string Truncation = "truncation";

    public override string Name => "optmerge";

    public override string Description => "WUDI on the top singular directions of the task vectors, stopped early in closed form (OptMerge, arXiv:2505.19892)";

    protected override ImmutableArray<MethodParameter> Own { get; } =
    [
        MethodParameter.OneOf(Experts, "how experts were trained, which decides targets and start: fully fine-tuned, or as low-rank adapters", Full, LowRank),
        new(Truncation, ParameterScope.Global, 0, 0, 1, 0.05, 1, "K as a fraction of the ranks; 0 is an equal share for each model. A new value means new factors"),
    ];

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters)
    {
        var rank = Math.Min(rows, columns) * (parameters[Truncation] is > 0 and var fraction ? fraction : 1.0 / Math.Max(1, parameters.ModelCount));
        return new MatrixWork((columns * ((10.7 * rows) + (5 * columns))) + (3.3 * (rows + columns) * rank), (long)columns);
    }

    protected override void PrepareMatrix(TensorInputs inputs)
    {
        // The objective depends on the kind of experts and the truncation.
    }

    protected override string KeyOf(TensorInputs inputs, TensorParameters parameters) =>
        $"interference of {parameters.Choice(Experts)} experts in rank {Rank(inputs, parameters)}";

    protected override InterferenceObjective ObjectiveOf(TensorInputs inputs, TensorParameters parameters)
    {
        var algebra = inputs.Algebra;
        var rank = Rank(inputs, parameters);
        var sum = inputs.TaskVectorSum();
        var mean = algebra.Sum((1.0 / inputs.ModelCount, sum));
        var isFull = parameters.Choice(Experts) == Full;
        return InterferenceObjective.Sum(inputs, model =>
        {
            var vector = inputs.TaskVector(model);
            var norm = algebra.SumOfSquares(vector);
            if (norm < InterferenceObjective.SmallestNorm)
                return null;
            var kept = inputs.TaskVectorSvd(model, rank);
            var projector = algebra.ScaleRows(kept.Right, kept.Values);
            var target = isFull ? algebra.Sum((1, Cut(algebra, algebra.Sum((1, vector), (-1, mean)), rank)), (1, mean)) : algebra.Product(kept.Left, projector);
            return (algebra.Product(projector, projector, transposeLeft: true), target, norm);
        }, isFull ? sum : mean);
    }

    private static Matrix Cut(MatrixAlgebra algebra, Matrix matrix, int rank)
    {
        var svd = algebra.Svd(matrix, rank);
        return algebra.Product(algebra.ScaleColumns(svd.Left, svd.Values), svd.Right);
    }

    private static int Rank(TensorInputs inputs, TensorParameters parameters) => parameters[Truncation] is > 0 and var fraction
        ? Math.Max(1, (int)Math.Round(inputs.LargestRank() * fraction))
        : inputs.RankShare();
}
