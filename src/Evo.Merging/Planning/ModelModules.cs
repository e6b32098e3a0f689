namespace Evo.Merging.Planning;

/// <summary>
/// The parts that models are made of, told by tensor names and called as mergekit calls them: <c>text_decoder</c> (the whole of a plain language model),
/// <c>vision_tower</c>, <c>audio_tower</c>, <c>multi_modal_projector</c>; of encoder-decoders <c>decoder</c>, <c>encoder</c>, <c>shared</c>.
/// </summary>
internal static class ModelModules
{
    public const string Text = "text_decoder";
    public const string Decoder = "decoder";

    /// <summary>Modules that carry a tower's output to the language model; Qwen's lies inside the tower (<c>visual.merger</c>).</summary>
    private static readonly string[] Projectors =
        ["multi_modal_projector", "mm_projector", "merger", "merger_list", "deepstack_merger_list", "connector"];

    private static readonly (string Beginning, string Module)[] Towers =
    [
        ("vision", "vision_tower"), ("visual", "vision_tower"), ("image", "vision_tower"), ("audio", "audio_tower"), ("speech", "audio_tower"),
    ];

    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.Ordinal)
    {
        ["vision_model"] = "vision_tower", ["visual"] = "vision_tower", ["language_model"] = Text,
    };

    /// <summary>The part that a tensor belongs to.</summary>
    public static string Of(string tensorName, bool isEncoderDecoder)
    {
        var segments = tensorName.Split('.');
        if (segments.Any(Projectors.Contains))
            return "multi_modal_projector";
        foreach (var (beginning, module) in Towers)
            if (segments.Any(segment => segment.StartsWith(beginning, StringComparison.Ordinal)))
                return module;
        if (!isEncoderDecoder)
            return Text;
        return segments.Take(2).FirstOrDefault(segment => segment is "encoder" or Decoder) ?? "shared";
    }

    /// <summary>The module of a model that a recipe means: its name, another name of it, <c>default</c>, or the beginning of its tensor names.</summary>
    public static ModuleIndex? Find(ParentIndex parent, string name)
    {
        if (parent.Module(OtherNames.GetValueOrDefault(name, name)) is { } known)
            return known;
        if (name == "default")
            return parent.Main;
        var begun = parent.Modules.Where(module => module.Tensors.Any(tensor => tensor.Info.Name.StartsWith(name, StringComparison.Ordinal))).ToArray();
        return begun.Length == 1 ? begun[0] : null;
    }
}
