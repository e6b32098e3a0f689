using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>
/// Twin-Merging without its router (arXiv:2406.15479): shared knowledge θ* = θ₀ + s Σ τⱼ, and of every expert the top singular triples of what θ* lacks of it,
/// weighted: θ = θ* + Σ wᵢ SVDᵣ(θᵢ − θ*). Tensors of one axis are not truncated. A candidate is a product over the N r ranks kept; full rank needs none.
/// </summary>
internal sealed class TwinMerging : SpectralMethod
{
    private const string Shared = "shared_scale";

    public override string Name => "twin";

    public override string Description => "shared part of all experts plus weighted low-rank parts that are each expert's own (Twin-Merging, arXiv:2406.15479)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1.5) with { Description = "weight of what is the expert's own" },
        new(Shared, ParameterScope.Global, 0.29, -CommonParameters.LargestWeight, CommonParameters.LargestWeight, 0.1, 1,
            "factor on the sum of the task vectors in the shared part; a new value means new factors"),
        SpectralParameters.RankFraction with { Default = 0.1, SuggestedMinimum = 0.02, Description = "fraction of the ranks kept of what is an expert's own" },
        SpectralParameters.Embeddings.WithDefault(SpectralParameters.AsMatrices),
    ];

    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) =>
        (rows + columns) * parameters.ModelCount * (long)(Math.Min(rows, columns) * parameters[SpectralParameters.RankFraction.Name]);

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) => 
        WorkOf(rows, columns, matrices: 5, squares: 0) is var work && parameters.ModelCount * Math.Floor(work.EigenSize * parameters[SpectralParameters.RankFraction.Name]) is var ranks
            ? work with { Numbers = work.Numbers + (2.5 * (rows + columns) * ranks) }
            : default;

    protected override void PrepareMatrix(TensorInputs inputs)
    {
        // What is an expert's own depends on the shared scale.
    }

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters)
    {
        var rank = (int)(inputs.LargestRank() * parameters[SpectralParameters.RankFraction.Name]);
        if (rank == inputs.LargestRank())
            return Untruncated(inputs, parameters);
        var own = Exclusive(inputs, parameters[Shared], rank);
        return new Kernel(
            inputs.Algebra,
            (float)parameters[Shared],
            inputs.ModelCount,
            new ScaledFactor(own.Left, own.Weighted(model => parameters.Of(model, "weight"))),
            own.Right);
    }

    protected override double LambdaOf(TensorParameters parameters) => 1;

    protected override ITensorKernel BindOther(TensorInputs inputs, TensorParameters parameters) =>
        IsEmbedding(inputs) ? base.BindOther(inputs, parameters) : Untruncated(inputs, parameters);

    /// <summary>θ* + Σ wᵢ (θᵢ − θ*) = θ₀ + Σ (s (1 − Σ w) + wᵢ) τᵢ.</summary>
    private static SumKernel Untruncated(TensorInputs inputs, TensorParameters parameters)
    {
        var models = Enumerable.Range(0, inputs.ModelCount);
        var common = parameters[Shared] * (1 - models.Sum(model => parameters.Of(model, "weight")));
        return new SumKernel([.. models.Select(model => new TaskVectorShare(Sparsity.None, (float)(common + parameters.Of(model, "weight"))))], Divisor: 1, Lambda: 1);
    }

    private static ExclusiveFactors Exclusive(TensorInputs inputs, double shared, int rank) =>
        inputs.Remember($"exclusive parts of rank {rank} beside {shared:R} of the sum", () =>
        {
            var algebra = inputs.Algebra;
            var sum = inputs.TaskVectorSum();
            var parts = Enumerable.Range(0, inputs.ModelCount)
                .Select(model => algebra.Svd(algebra.Sum((1, inputs.TaskVector(model)), (-shared, sum)), rank, MatrixAlgebra.RankTolerance)).ToArray();
            return new ExclusiveFactors(
                inputs.Keep(algebra.JoinColumns([.. parts.Select(part => algebra.ScaleColumns(part.Left, part.Values))])),
                [.. parts.Select(part => part.Rank)],
                inputs.Keep(algebra.JoinRows([.. parts.Select(part => part.Right)])));
        });

    private sealed record ExclusiveFactors(Factor Left, int[] Ranks, Factor Right) : IPreparedValue
    {
        public long Bytes => PreparedSize.OfFields(Left, Ranks, Right);

        public double[] Weighted(Func<int, double> weightOf) => [.. Ranks.Index().SelectMany(part => Enumerable.Repeat(weightOf(part.Index), part.Item))];
    }

    private sealed record Kernel(MatrixAlgebra Algebra, float Shared, int Models, ScaledFactor Left, Factor Right) : ITensorKernel
    {
        public Granularity Granularity => Granularity.Whole;

        public void Apply(TensorRun run)
        {
            run.Output.CopyFrom(run.Base);
            for (var model = 0; model < Models; model++)
                run.Output.AddScaled(run.TaskVector(model), Shared);
            Algebra.AddProduct(run.Output, [Left], Right);
        }
    }
}
