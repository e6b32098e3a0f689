using System.Collections.Immutable;
using Evo.Merging.Methods.Interpolation;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// Layer swapping (arXiv:2410.01335): of two experts of one model, the task expert (base_model) keeps the middle layers and the language expert gives the lowest
/// and highest ones, with transition layers between. What lies outside the layers (embedding, final norm, head) comes from the language expert when any layer does:
/// the paper's text leaves that and the counts open, so both are parameters.
/// </summary>
internal sealed class LayerSwap : IMergeMethod
{
    private const double MostLayers = 10_000;

    public string Name => "layer_swap";

    public string Description => "the lowest and highest layers of one expert around the middle layers of base_model, with mixed layers between (arXiv:2410.01335)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("bottom_layers", ParameterScope.Global, 0, 0, MostLayers, 0, 12, "lowest layers taken from the model; up to 40% of all are worth searching"),
        new("top_layers", ParameterScope.Global, 0, 0, MostLayers, 0, 8, "highest layers taken from the model; up to 25% of all are worth searching"),
        new("transition_layers", ParameterScope.Global, 0, 0, MostLayers, 0, 2, "layers beside these that are mixed of both"),
        new("transition_mix", ParameterScope.Global, 0.5, 0, 1, 0, 1, "share of the model in a mixed layer"),
        new("outside_share", ParameterScope.Global, 1, 0, 1, 0, 1, "share of the model in embedding, final norm and head, when any layer is taken from it"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: 1, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var profile = new LayerProfile(
            parameters["bottom_layers"], parameters["top_layers"], parameters["transition_layers"], parameters["transition_mix"]);
        return new InterpolationKernel((float)(inputs.Place.Layer is { } layer
            ? profile.At(layer, inputs.LayerCount)
            : profile.IsEmpty ? 0 : parameters["outside_share"]));
    }
}
