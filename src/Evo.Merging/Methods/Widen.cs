using System.Collections.Immutable;
using Evo.Merging.Methods.Disentanglement;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// WIDEN, weight disentanglement (arXiv:2408.03092): each column of a matrix (an input feature; of an embedding, a token) is taken apart into magnitude and
/// direction; within a model, columns are ranked by how much either has changed; over the models, ranks become scores by a softmax, and columns
/// clearly above a model's average get a fixed score. θ = θ₀ + Σ τᵢ ⊙ Sᵢ, Sᵢ the mean of both scores. Vectors do the same element by element with |τᵢ|.
/// Made for models whose task vectors differ much in size.
/// </summary>
internal sealed class Widen : IMergeMethod
{
    public string Name => "widen";

    public string Description => "task vectors scaled column by column, by ranks of the change of magnitude and direction (WIDEN, arXiv:2408.03092)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("above_average_ratio", ParameterScope.PerModel, 1, 0, 1e3, 0, 2, "columns of a rank above this multiple of the model's mean rank get the fixed score (t)"),
        new("score_calibration", ParameterScope.PerModel, 1, -CommonParameters.LargestWeight, CommonParameters.LargestWeight, 0.3, 1.5, "the fixed score (s)"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
        if (inputs.Shape.Length > 1)
            ColumnRanks.Of(inputs);
        else
            for (var model = 0; model < inputs.ModelCount; model++)
                ElementScoreKernel.MeanMagnitude(inputs, model);
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var models = Enumerable.Range(0, inputs.ModelCount).ToArray();
        var ratios = models.Select(model => parameters.Of(model, "above_average_ratio")).ToArray();
        var calibrations = models.Select(model => (float)parameters.Of(model, "score_calibration")).ToArray();
        if (inputs.Shape.Length > 1)
            return ColumnScoreKernel.Of(ColumnRanks.Of(inputs), ratios, calibrations);
        return new ElementScoreKernel(
            [.. models.Select(model => (float)(ratios[model] * ElementScoreKernel.MeanMagnitude(inputs, model)))], calibrations);
    }
}
