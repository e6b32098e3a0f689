using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Modifiers;

/// <summary>
/// LiNeS (arXiv:2410.17146): the merged task vector is scaled by depth, λ(ℓ) = α + β·(ℓ/(L−1))^γ for layer ℓ of L; tensors outside the layers take α, the head
/// on request α + β. In a model of one layer that layer is the last. γ is 1 in the paper.
/// </summary>
internal sealed class Lines : IMergeModifier
{
    /// <summary>The value that the word <c>auto</c> stands for.</summary>
    private const double Auto = -1;

    public string Name => "lines";

    public string Description => "scales the merged task vector linearly with depth, from lines_alpha to lines_alpha + lines_beta (LiNeS, arXiv:2410.17146)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new(
            "lines_alpha", ParameterScope.Global, 1, 0, CommonParameters.LargestWeight, 0, 1,
            "factor at the first layer and outside the layers; auto for ‖Σ τᵢ‖₁ / (N ‖τ merged‖₁) over the whole model, 1/N for a plain sum")
        {
            Words = [new("auto", Auto)],
        },
        new(
            "lines_beta", ParameterScope.Global, 0, -CommonParameters.LargestWeight, CommonParameters.LargestWeight, 0, 1.5,
            "what is added to the factor up to the last layer"),
        new("lines_gamma", ParameterScope.Global, 1, 1e-3, 1e3, 0.3, 3, "exponent of the depth; 1 in the paper"),
        MethodParameter.OneOf("lines_head", "factor of the output head: alpha as in the paper, or that of the last layer", "alpha", "alpha_plus_beta"),
    ];

    public bool DependsOnPlan(TensorParameters parameters) => parameters["lines_alpha"] == Auto;

    public ITensorKernel Wrap(ITensorKernel inner, TensorInputs inputs, TensorParameters parameters)
    {
        if (!inputs.HasBase)
            return inner; // a new module of the models has no task vector
        var alpha = parameters["lines_alpha"];
        if (alpha == Auto)
            alpha = NormRatio(inputs.Plan);
        var factor = (float)(alpha + (parameters["lines_beta"] * Math.Pow(Depth(inputs, parameters), parameters["lines_gamma"])));
        return factor == 1 ? inner : new ScaledChangeKernel(inner, factor);
    }

    /// <summary>ℓ/(L−1); 0 outside the layers, 1 in the only layer of a model and, on request, in the head.</summary>
    private static double Depth(TensorInputs inputs, TensorParameters parameters)
    {
        if (inputs.Place.Layer is not { } layer)
            return inputs.Place.Component == Component.Head && parameters.Choice("lines_head") == "alpha_plus_beta" ? 1 : 0;
        return inputs.LayerCount == 1 ? 1 : (double)layer / (inputs.LayerCount - 1);
    }

    /// <summary>‖Σ τᵢ‖₁ / (N ‖τ merged‖₁) over all tensors (the authors' rule for methods other than a sum); 1 when nothing was merged.</summary>
    private static double NormRatio(PlanInputs plan) => plan.Remember("lines: norm ratio", () =>
    {
        var (sum, merged, models) = (0.0, 0.0, 1);
        for (var tensor = 0; tensor < plan.Tensors.Length; tensor++)
        {
            var inputs = plan.Tensors[tensor].Inputs;
            if (!inputs.HasBase)
                continue;
            models = Math.Max(models, inputs.ModelCount);
            sum += Finite(inputs, inputs.ModelCount == 0 ? 0 : inputs.Remember("L1 norm of the sum of task vectors", () => NormOfSum(inputs)));
            merged += Finite(inputs, inputs.SumMerged(plan.BindUnmodified(tensor), 1, static (run, sums) =>
            {
                run.Output.Subtract(run.Base);
                sums[0] += run.Output.SumOfMagnitudes();
            })[0]);
        }

        return merged > 0 ? sum / (models * merged) : 1;
    });

    private static double NormOfSum(TensorInputs inputs) => inputs.Sum(1, (run, sums) =>
    {
        var sum = run.TaskVector(0);
        for (var model = 1; model < inputs.ModelCount; model++)
            sum.Add(run.TaskVector(model));
        sums[0] += sum.SumOfMagnitudes();
    })[0];

    private static double Finite(TensorInputs inputs, double norm) => double.IsFinite(norm) ? norm : throw new NonFiniteMergeException(inputs.Name);
}
