using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Stitching;

namespace Evo.Merging.Methods;

/// <summary>
/// Localize-and-Stitch without data (arXiv:2408.13656): of every task vector the largest elements of the whole model are its region; regions are stitched into the
/// base, θ = θ₀ + g Σᵢ (mᵢ / Σⱼ mⱼ) ⊙ τᵢ, a mean where they overlap. The authors' scripts leave embeddings and head out, and so does this unless told otherwise.
/// </summary>
internal sealed class LocalizeAndStitch : IMergeMethod
{
    public string Name => "localize_and_stitch";

    public string Description => "each task vector's largest elements of the whole model, a mean where they overlap (Localize-and-Stitch without data, arXiv:2408.13656)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Density(0.01) with { Default = 0.1, SuggestedMaximum = 0.5, Description = "fraction of the model's elements in its region (s)" },
        CommonParameters.Lambda with { SuggestedMinimum = 0.5, Description = "factor on the stitched task vector (g)" },
        MethodParameter.OneOf("mask_scope", "over what the largest elements are sought", "model", "tensor"),
        MethodParameter.OneOf(
            "mask_ties", "elements at the threshold: the first until the number is full, all of them, or none as in the released code", "exact", "inclusive", "strict"),
        CommonParameters.Switch("include_embeddings", false, "localize in embeddings and head too; else these stay the base's"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: true, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public bool DependsOnPlan(TensorParameters parameters) => parameters.Choice("mask_scope") == "model";

    public ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => ["density", "mask_scope", "include_embeddings"];

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        if (!TakesPart(inputs, parameters))
            return new StitchKernel([], 1);
        var regions = parameters.Choice("mask_scope") == "tensor"
            ? Regions.Of([(inputs, parameters)])
            : inputs.Plan.Remember($"regions of {inputs.ModelCount} models", () => Regions.Of(
                [.. inputs.Plan.Tensors.Where(tensor => tensor.Inputs.ModelCount == inputs.ModelCount
                    && tensor.Parameters.Choice("mask_scope") == "model" && TakesPart(tensor.Inputs, tensor.Parameters))]));
        return new StitchKernel(regions.CutsOf(inputs, parameters.Choice("mask_ties")), (float)parameters["lambda"]);
    }

    private static bool TakesPart(TensorInputs inputs, TensorParameters parameters) =>
        parameters.IsOn("include_embeddings") || inputs.Place.Component is not (Component.Embedding or Component.Head);
}
