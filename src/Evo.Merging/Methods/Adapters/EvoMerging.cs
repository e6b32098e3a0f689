using System.Collections.Immutable;
using System.Numerics.Tensors;
using Evo.Checkpoints.Adapters;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Adapters;

/// <summary>
/// Evo-Merging (arXiv:2509.12951): every adapter's A keeps its largest elements (fraction α) and is scaled by a signed β. As published
/// (<c>form: factor</c>) factors are summed, ΔW = s · (Σ βᵢ Bᵢ)(Σ βᵢ Keep(Aᵢ)), so that cross terms appear and an adapter's own term has the factor
/// βᵢ², whatever its sign. The clean form (<c>delta</c>, the default) sums updates: ΔW = Σ βᵢ sᵢ Bᵢ Keep(Aᵢ). Models that are no adapters, and tensors that an
/// adapter replaces whole, are merged as task vectors, τ = Σ βᵢ Keep(τᵢ).
/// </summary>
internal sealed class EvoMerging : IMergeMethod, IAdapterMethod
{
    public string Name => "evo_merging";

    public string Description => "sparsify and scale adapters: the largest elements of A kept, signed scales (arXiv:2509.12951), by updates or by factors as published";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("alpha", ParameterScope.PerModel, 1, 0, 1, 0, 1, "fraction of A's elements (of the task vector's, for whole models) that is kept"),
        new("beta", ParameterScope.PerModel, 1, -CommonParameters.LargestWeight, CommonParameters.LargestWeight, -1.5, 1.5, "signed scale of the adapter"),
        MethodParameter.OneOf("form", "what is summed: the updates, or the factors as published", "delta", "factor"),
        AdapterParts.Rank,
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
        foreach (var model in AdapterParts.Dense(inputs))
            inputs.TaskVectorOrder(model);
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var dense = AdapterParts.Dense(inputs)
            .Select(model => (model, Cut(inputs, model, parameters.Of(model, "alpha")), (float)parameters.Of(model, "beta"))).ToArray();
        return new AdapterMergeKernel(MergedUpdate(inputs, parameters), dense);
    }

    public int MergedRank(TensorInputs inputs, TensorParameters parameters) => AdapterParts.Limited(
        parameters.Choice("form") == "factor" ? AdapterParts.Ranks(inputs).DefaultIfEmpty().Max() : AdapterParts.Ranks(inputs).Sum(), parameters);

    public LowRankProduct? MergedUpdate(TensorInputs inputs, TensorParameters parameters)
    {
        var kept = AdapterParts.OfChange(inputs, AdapterChange.LowRank).Select(model =>
        {
            var update = inputs.Adapter(model);
            return (Product: Kept(update.Product, update.Data!.IsTransposed, parameters.Of(model, "alpha")), Beta: parameters.Of(model, "beta"));
        }).ToArray();
        if (kept.Length == 0)
            return null;
        return AdapterParts.Compressed(parameters.Choice("form") == "factor" ? SumOfFactors(kept) : LowRankSum.Of(kept)!, inputs, parameters);
    }

    /// <summary>k = max(1, round(α · n)) elements, none at α = 0.</summary>
    private static long Count(double alpha, long elements) => alpha == 0 ? 0 : Math.Max(1, (long)Math.Round(alpha * elements));

    private static MagnitudeCut Cut(TensorInputs inputs, int model, double alpha) => alpha switch
    {
        >= 1 => MagnitudeCut.Everything,
        0 => MagnitudeCut.Nothing,
        _ => inputs.TaskVectorOrder(model).Largest(Count(alpha, inputs.ElementCount)),
    };

    /// <summary>A, which is the left factor of a transposed weight, without its small elements; elements equal to the last one kept stay too.</summary>
    private static LowRankProduct Kept(LowRankProduct product, bool isTransposed, double alpha)
    {
        if (alpha >= 1)
            return product;
        var a = (float[])(isTransposed ? product.Left : product.Right).Clone();
        var threshold = alpha == 0 ? float.PositiveInfinity : MagnitudeThreshold.Of(a, Count(alpha, a.Length));
        for (var i = 0; i < a.Length; i++)
            if (Math.Abs(a[i]) < threshold)
                a[i] = 0;
        return new LowRankProduct(
            product.Rows, product.Columns, product.Rank, isTransposed ? a : product.Left, isTransposed ? product.Right : a, product.Scale);
    }

    /// <summary>
    /// (Σ βᵢ Bᵢ)(Σ βᵢ Aᵢ), lower ranks padded with zeros, and where scales differ √(sᵢ/s) in each factor, so that every own term has its own scale.
    /// </summary>
    private static LowRankProduct SumOfFactors((LowRankProduct Product, double Beta)[] terms)
    {
        var first = terms[0].Product;
        var scale = terms.Select(term => term.Product.Scale).FirstOrDefault(own => own != 0);
        var rank = terms.Max(term => term.Product.Rank);
        var (left, right) = (new float[first.Rows * rank], new float[rank * first.Columns]);
        foreach (var (product, beta) in terms)
        {
            var ratio = scale == 0 ? 0 : product.Scale / scale;
            var (forLeft, forRight) = ((float)(beta * Math.Sqrt(Math.Abs(ratio)) * Math.Sign(ratio)), (float)(beta * Math.Sqrt(Math.Abs(ratio))));
            for (long row = 0; row < product.Rows; row++)
                for (var k = 0; k < product.Rank; k++)
                    left[(row * rank) + k] += forLeft * product.Left[(row * product.Rank) + k];
            TensorPrimitives.MultiplyAdd(product.Right, forRight, right.AsSpan(0, product.Right.Length), right.AsSpan(0, product.Right.Length));
        }

        return new LowRankProduct(first.Rows, first.Columns, rank, left, right, scale);
    }
}
