using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Interpolation;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// RETAIN (arXiv:2512.08333): interpolation between a pre-trained model (base_model) and its fine-tune, θ = (1−α) θ pre + α θ ft, with an α for each group of modules.
/// The authors find that it suffices to merge the language model and to keep the fine-tune elsewhere, which is the default. To continue with a further
/// fine-tune, the merged model becomes the base of the next merge.
/// </summary>
internal sealed class Retain : IMergeMethod
{
    private const double Inherit = -1;

    public string Name => "retain";

    public string Description => "interpolation between base_model (0) and its fine-tune (1), with a share for each group of modules (RETAIN, arXiv:2512.08333)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("alpha", ParameterScope.Global, 0.5, 0, 2, 0, 1, "share of the fine-tune where no group says otherwise"),
        Group("alpha_language", Inherit, "share in the language model"),
        Group("alpha_vision", 1, "share in image encoders and their projectors"),
        Group("alpha_action", 1, "share in action heads, action queries and state projections"),
        Group("alpha_attention", Inherit, "share in the attention of the language model"),
        Group("alpha_mlp", Inherit, "share in the feed-forward blocks and routers of the language model"),
        Group("alpha_embedding", Inherit, "share in the embeddings of the language model"),
        Group("alpha_norm", Inherit, "share in the norms of the language model"),
        Group("alpha_head", Inherit, "share in the output head of the language model"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: 1, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) => new InterpolationKernel((float)Share(inputs, parameters));

    private static double Share(TensorInputs inputs, TensorParameters parameters) => ModuleGroups.Of(inputs.Name) switch
    {
        ModuleGroup.Vision => First(parameters, "alpha_vision", "alpha"),
        ModuleGroup.Action => First(parameters, "alpha_action", "alpha"),
        _ => OfComponent(inputs.Place.Component) is { } component
            ? First(parameters, component, "alpha_language", "alpha")
            : First(parameters, "alpha_language", "alpha"),
    };

    private static string? OfComponent(Component component) => component switch
    {
        Component.Attention => "alpha_attention",
        Component.Mlp or Component.Router => "alpha_mlp",
        Component.Embedding => "alpha_embedding",
        Component.Norm => "alpha_norm",
        Component.Head => "alpha_head",
        _ => null,
    };

    private static double First(TensorParameters parameters, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (parameters[name] is var value && value != Inherit)
                return value;
        throw new ArgumentException("the last of the names takes no 'inherit'", nameof(names));
    }

    private static MethodParameter Group(string name, double byDefault, string description) =>
        new(name, ParameterScope.Global, byDefault, 0, 2, 0, 1, $"{description}; inherit for the group above") { Words = [new("inherit", Inherit)] };
}
