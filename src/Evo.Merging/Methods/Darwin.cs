using System.Collections.Immutable;
using Evo.Merging.Diagnostics;
using Evo.Merging.Methods.Evolution;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>
/// Darwin (arXiv:2605.14386): two parents, and for every tensor one share r of the second, fused from 14 genes and the parents' diagnosis:
/// θ = θ₀ + (1 − r) Δ_A + r Δ_B. With one model besides base_model, the base is parent A. A tensor that only one parent has (an optional
/// bias, for one) is that parent's. What the authors did not publish follows the documented
/// readings of <see cref="DarwinGenes"/>, <see cref="TrustFusion"/> and <see cref="MriRatio"/>.
/// </summary>
internal sealed class Darwin : IMergeMethod
{
    public string Name => "darwin";

    public string Description => "two parents, shares by component and depth fused with a diagnosis of the parents (arXiv:2605.14386)";

    public ImmutableArray<MethodParameter> Parameters => DarwinGenes.Parameters;

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: 2, NeedsGlobalPass: true, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => ["mri_static_weight", "mri_terms", "probe"];

    public void Prepare(TensorInputs inputs)
    {
        var pair = ParentPair.Of(inputs);
        pair.First.Signals();
        pair.Second.Signals();
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var pair = ParentPair.Of(inputs);
        if (ParentPair.IsOfOneAlone(inputs))
            return new CopyKernel(pair.Second);
        var mri = DarwinDiagnosis.RatioOf(inputs, parameters);
        if (parameters.Choice("transplant") == DarwinGenes.TransplantByMri && Transplant(mri, parameters) is { } donor)
            return new CopyKernel(donor(pair));
        var ratio = TrustFusion.Fuse(parameters["mri_trust"], mri, DarwinGenes.RatioOf(inputs.Place, inputs.LayerCount, parameters));
        if (parameters.Choice("transplant") == DarwinGenes.TransplantByFinal && Transplant(ratio, parameters) is { } chosen)
            return new CopyKernel(chosen(pair));
        return Kernel(parameters) switch
        {
            "slerp" => pair.Slerp(ratio),
            "dare_ties" => new SignElectionKernel(Shares(inputs, parameters, ratio), Normalize: false, SmallestDivisor: 0, Lambda: 1),
            _ => new SumKernel(Shares(inputs, parameters, ratio), Divisor: 1, Lambda: 1),
        };
    }

    private static string Kernel(TensorParameters parameters) => parameters.Choice("darwin_kernel") is var named and not "genome"
        ? named
        : parameters["merge_method_weight"] < 1.0 / 3 ? "dare_ties" : "slerp";

    private static Func<ParentPair, Parent>? Transplant(double share, TensorParameters parameters) =>
        share < parameters["transplant_low"] ? pair => pair.First : share > parameters["transplant_high"] ? pair => pair.Second : null;

    /// <summary>Weights and masks of the models besides the base: A and B, or B alone where the base is A.</summary>
    private static TaskVectorShare[] Shares(TensorInputs inputs, TensorParameters parameters, double ratio)
    {
        var second = Share(inputs, parameters, inputs.ModelCount - 1, "density_b", ratio);
        return inputs.ModelCount == 1 ? [second] : [Share(inputs, parameters, 0, "density_a", 1 - ratio), second];
    }

    private static TaskVectorShare Share(TensorInputs inputs, TensorParameters parameters, int model, string densityGene, double weight)
    {
        var density = parameters[densityGene];
        var factor = density > 0 && parameters.IsOn("rescale") ? (float)(1 / density) : 1;
        return new TaskVectorShare(
            density >= 1 ? Sparsity.None : new Sparsity(Mask: inputs.MaskKey(model, (long)parameters["seed"]), Density: density, Factor: factor),
            (float)weight);
    }

    private sealed record CopyKernel(Parent Donor) : ITensorKernel
    {
        public void Apply(TensorRun run) => run.Output.CopyFrom(Donor.Of(run));
    }
}
