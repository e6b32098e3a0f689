using System.Collections.Immutable;
using Evo.Merging.Methods.Competition;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Selection;

namespace Evo.Merging.Methods;

/// <summary>
/// PCB-Merging, parameter competition balancing (arXiv:2410.02396): every element of every task vector gets a score, of its size within the task vector
/// (intra-balancing) and of its agreement with the others (inter-balancing); low scores are dropped, and the task vectors are averaged with the scores for weights.
/// The released code computes other scores than the paper; both forms are here.
/// </summary>
internal sealed class PcbMerging : IMergeMethod
{
    public string Name => "pcb";

    public string Description => "task vectors averaged with competing scores of size and agreement, the lowest dropped (PCB-Merging, arXiv:2410.02396)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1.3) with { Default = 1, SuggestedMinimum = 0.8, Description = "factor on the model's task vector in the average (λᵢ)" },
        CommonParameters.Density(0.01) with { Default = 0.1, SuggestedMaximum = 0.5, Description = "fraction of the model's elements whose scores are kept (r)" },
        CommonParameters.Lambda,
        MethodParameter.OneOf("pcb_form", "scores as in the paper (softmax) or as in the released code (clipped, tanh)", "paper", "released"),
        MethodParameter.OneOf("pcb_scope", "over what scores are normalised and compared", "model", "tensor"),
        new("pcb_clip", ParameterScope.Global, 1e-4, 0, 0.49, 0, 0.01, "released form: fraction of smallest and of largest magnitudes that are clipped"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: true, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public bool DependsOnPlan(TensorParameters parameters) => parameters.Choice("pcb_scope") == "model";

    public ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => ["density", "pcb_form", "pcb_scope", "pcb_clip"];

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) => new CompetitionKernel(
        Scores(inputs, parameters), inputs.Name, parameters.Weights(), (float)parameters["lambda"]);

    private static ICompetitionScores Scores(TensorInputs inputs, TensorParameters parameters)
    {
        var form = parameters.Choice("pcb_form");
        var clip = parameters["pcb_clip"];
        if (parameters.Choice("pcb_scope") == "tensor")
            return Of(new ModelScope([(inputs, parameters)]));
        return inputs.Plan.Remember(FormattableString.Invariant($"pcb: {form} {clip:R} {inputs.ModelCount}"), () => Of(new ModelScope(
            [.. inputs.Plan.Tensors.Where(tensor => tensor.Inputs.ModelCount == inputs.ModelCount && tensor.Parameters.Choice("pcb_scope") == "model"
                && tensor.Parameters.Choice("pcb_form") == form && tensor.Parameters["pcb_clip"] == clip)])));

        ICompetitionScores Of(ModelScope scope) => form == "paper" ? PaperScores.Of(scope) : ReleasedScores.Of(scope, clip);
    }
}
