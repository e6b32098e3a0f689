using System.Collections.Immutable;
using Evo.Checkpoints.Adapters;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Adapters;

/// <summary>
/// The exact weighted sum of adapters: ΔW = λ · Σ wᵢ sᵢ Bᵢ Aᵢ (divided by Σ wᵢ when normalised) is the product of the concatenated factors, whatever
/// their ranks; compressed to one rank on demand. Tensors that an adapter replaces whole, and models that are no adapters, are merged as task vectors
/// with the same weights: task arithmetic (arXiv:2212.04089).
/// </summary>
internal sealed class LoraConcat : IMergeMethod, IAdapterMethod
{
    private const double SmallestWeightSum = 1e-8;

    public string Name => "lora_concat";

    public string Description => "exact weighted sum of LoRA adapters by concatenated ranks, on demand compressed to one rank; written back as an adapter or a model";

    public ImmutableArray<MethodParameter> Parameters { get; } =
        [CommonParameters.Weight(1.5), CommonParameters.Normalize(false), CommonParameters.Lambda, AdapterParts.Rank];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var factors = Factors(inputs.Name, parameters);
        var dense = AdapterParts.Dense(inputs).Select(model => (model, MagnitudeCut.Everything, (float)factors[model])).ToArray();
        return new AdapterMergeKernel(MergedUpdate(inputs, parameters), dense);
    }

    public int MergedRank(TensorInputs inputs, TensorParameters parameters) => AdapterParts.Limited(AdapterParts.Ranks(inputs).Sum(), parameters);

    public LowRankProduct? MergedUpdate(TensorInputs inputs, TensorParameters parameters) => Sum(inputs, parameters) is { } sum
        ? AdapterParts.Compressed(sum, inputs, parameters)
        : null;

    /// <summary>The exact sum; also task arithmetic's, whose parameters have the same names.</summary>
    internal static LowRankProduct? Sum(TensorInputs inputs, TensorParameters parameters)
    {
        var factors = Factors(inputs.Name, parameters);
        return LowRankSum.Of([.. AdapterParts.OfChange(inputs, AdapterChange.LowRank).Select(model => (inputs.Adapter(model).Product, factors[model]))]);
    }

    private static double[] Factors(string tensor, TensorParameters parameters)
    {
        double[] weights = [.. Enumerable.Range(0, parameters.ModelCount).Select(model => parameters.Of(model, "weight"))];
        var sum = weights.Sum();
        if (parameters.IsOn("normalize") && weights.Length > 0 && Math.Abs(sum) < SmallestWeightSum)
            throw new NonFiniteMergeException(tensor, "its weights sum to 0, and 'normalize' divides by that sum");
        return [.. weights.Select(weight => weight * parameters["lambda"] / (parameters.IsOn("normalize") ? sum : 1))];
    }
}
