using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// The mean direction of the models, or of their task vectors where there is a base, at their mean norm. mergekit writes it as a mean in the tangent space of
/// the mean direction m = μ/‖μ‖, μ = Σ wᵢuᵢ; there the weighted tangents sum to 0 by construction, so the result is m · Σ wᵢ‖xᵢ‖, and that is what is computed. (The mean on the
/// sphere itself is <see cref="Karcher"/>.)
/// </summary>
internal sealed class MultiSlerp : IMergeMethod
{
    public string Name => "multislerp";

    public string Description => "weighted mean direction at the weighted mean norm, of the models or of their task vectors (mergekit)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1),
        CommonParameters.Switch("normalize_weights", true, "divide the weights by their sum"),
        new("eps", ParameterScope.Global, 1e-8, 0, 1, 1e-8, 1e-6, "added to norms; a mean direction of a smaller norm is none"),
    ];

    public MethodNeeds Needs { get; } = new(
        NeedsBase: false, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true) { TakesBase = true };

    public bool IgnoresZeroWeights => false; // of two models of which one has weight 0, both count when their directions cancel

    public void Prepare(TensorInputs inputs) => GramMatrix.Of(inputs);

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        if (inputs.ModelCount == 1)
            return CombinationKernel.Of(inputs, [1]);
        var weights = Weights(inputs, parameters);
        var gram = GramMatrix.Of(inputs);
        var eps = parameters["eps"];
        double[] directions = [.. weights.Select((weight, i) => gram.Norm(i) == 0 ? 0 : weight / (gram.Norm(i) + eps))];
        var norm = Math.Sqrt(Math.Max(0, gram.Product(directions, directions)));
        if (norm < eps || norm == 0)
            return OfNoDirection(inputs, gram, weights);
        var length = weights.Select((weight, i) => weight * gram.Norm(i)).Sum();
        return CombinationKernel.Of(inputs, directions.Select(direction => direction * length / norm));
    }

    private static double[] Weights(TensorInputs inputs, TensorParameters parameters)
    {
        double[] weights = [.. parameters.Weights()];
        if (!parameters.IsOn("normalize_weights"))
            return weights;
        var sum = weights.Sum();
        return Math.Abs(sum) >= 1e-8
            ? [.. weights.Select(weight => weight / sum)]
            : throw new NonFiniteMergeException(inputs.Name, "its weights sum to 0, and 'normalize_weights' divides by that sum");
    }

    /// <summary>Two vectors that cancel are interpolated linearly, as mergekit does; vectors that are all 0 stay so.</summary>
    private static CombinationKernel OfNoDirection(TensorInputs inputs, GramMatrix gram, double[] weights) =>
        weights.Length == 2 || Enumerable.Range(0, weights.Length).All(i => gram[i, i] == 0)
            ? CombinationKernel.Of(inputs, weights)
            : throw new NonFiniteMergeException(
                inputs.Name, "the weighted directions of its models cancel, so that they have no mean direction; choose other weights or another method");
}
