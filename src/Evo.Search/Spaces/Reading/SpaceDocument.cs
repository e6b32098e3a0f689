using System.Runtime.CompilerServices;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>A parsed search space that knows where each node stands, and which nodes an override put there.</summary>
/// <param name="source">What messages call the file.</param>
internal sealed class SpaceDocument(string source, YamlMappingNode root)
{
    // By identity: equal scalars stand at many places.
    private readonly ConditionalWeakTable<YamlNode, string> _setBy = [];

    public string Source => source;

    public YamlMappingNode Root => root;

    public static SpaceDocument Parse(string text, string source) =>
        YamlText.Parse(text, source) is YamlMappingNode root
            ? new SpaceDocument(source, root)
            : throw new SearchSpaceException(source, 1, 1, "a search space is a mapping with recipe, objectives and search");

    /// <summary>Remembers that <paramref name="argument"/> put this node, and all below it, into the tree.</summary>
    public void MarkSet(YamlNode node, string argument)
    {
        foreach (var below in node.AllNodes)
            _setBy.AddOrUpdate(below, argument);
    }

    public SearchSpaceException Refuse(YamlNode at, string problem, Exception? inner = null)
    {
        var set = _setBy.TryGetValue(at, out var argument) ? $" (set by --set {argument})" : "";
        return new SearchSpaceException(source, at.Start.Line, at.Start.Column, problem + set, inner);
    }
}
