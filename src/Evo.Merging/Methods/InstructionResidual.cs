using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>
/// Instruction residual, or chat vector (arXiv:2410.10739): what instruction tuning added to the base is added to a model of another domain that was pre-trained
/// on from the same base, θ = θ domain + λ (θ instruct − θ₀). That is base_model plus both task vectors, the domain's with weight 1 and the instruct model's
/// with weight λ. Where vocabularies have grown, <c>tokenizer: {source: union}</c> gives the rule for new rows: a token that only one model has takes
/// that model's row in all of them, so that the other's residual is zero there; <c>force: true</c> on chat tokens takes the instruct model's rows.
/// </summary>
internal sealed class InstructionResidual : IMergeMethod
{
    public string Name => "instruction_residual";

    public string Description => "a domain model plus what instruction tuning added to the same base; list the domain model first (chat vector, arXiv:2410.10739)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
        [CommonParameters.Weight(1.3) with { Default = 1, SuggestedMinimum = 0.3, Description = "share of the model's task vector: 1 for the domain, λ for the residual" }];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) =>
        new SumKernel([.. parameters.Weights().Select(weight => new TaskVectorShare(Sparsity.None, weight))], Divisor: 1, Lambda: 1);
}
