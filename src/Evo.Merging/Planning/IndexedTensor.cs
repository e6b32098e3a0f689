using System.Globalization;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Planning;

/// <summary>A tensor of a parent. In a layer, <paramref name="Pattern"/> is its name with <c>{layer}</c> for the number; else it is the name.</summary>
/// <param name="Layer">Its layer within its module; towers of multimodal models have layers here, which <paramref name="Place"/> does not count.</param>
internal sealed record IndexedTensor(TensorInfo Info, TensorPlace Place, int? Layer, string Pattern)
{
    private const string LayerMark = "{layer}";

    /// <summary>The token embedding's or the head's rows are the vocabulary's.</summary>
    public bool IsVocabulary => Place is { Layer: null, Component: Component.Embedding, Part: "embed_tokens" } or { Layer: null, Component: Component.Head, Part: "lm_head" }
        && Info.Shape.Length is 1 or 2;

    public bool IsHead => Place.Component == Component.Head && Info.Name.EndsWith(".weight", StringComparison.Ordinal);

    public static IndexedTensor Of(TensorInfo info)
    {
        var place = TensorPlaces.Of(info.Name);
        var segments = info.Name.Split('.');
        if (TensorPlaces.LayerSegment(segments) is not { } at)
            return new IndexedTensor(info, place, null, info.Name);
        var layer = int.Parse(segments[at], CultureInfo.InvariantCulture);
        segments[at] = LayerMark;
        return new IndexedTensor(info, place, layer, string.Join('.', segments));
    }

    public IndexedTensor OutsideLayers() => this with { Layer = null, Pattern = Info.Name };

    public string NameAt(int layer) => Pattern.Replace(LayerMark, layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
