using Evo.Search.Spaces.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>Records a YAML tree as events that carry positions, and loads it: nodes made in any other way have no place to name in messages.</summary>
internal sealed class NodeEvents
{
    private readonly List<ParsingEvent> _events = [new StreamStart(), new DocumentStart()];

    public void BeginMapping(YamlMappingNode like) =>
        _events.Add(new MappingStart(AnchorName.Empty, like.Tag, like.Tag.IsEmpty, like.Style, like.Start, like.End));

    public void BeginMapping(YamlNode at) =>
        _events.Add(new MappingStart(AnchorName.Empty, TagName.Empty, true, MappingStyle.Any, at.Start, at.End));

    public void EndMapping() => _events.Add(new MappingEnd());

    public void BeginList(YamlSequenceNode like) =>
        _events.Add(new SequenceStart(AnchorName.Empty, like.Tag, like.Tag.IsEmpty, like.Style, like.Start, like.End));

    public void EndList() => _events.Add(new SequenceEnd());

    public void Word(string text, YamlNode at) => Scalar(YamlRewrite.Text(text), at);

    /// <summary>A whole tree, as if it stood at the place of another node.</summary>
    public void Tree(YamlNode node, YamlNode at)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                BeginMapping(at);
                foreach (var (key, value) in mapping.Children)
                {
                    Tree(key, at);
                    Tree(value, at);
                }

                EndMapping();
                break;
            case YamlSequenceNode list:
                _events.Add(new SequenceStart(AnchorName.Empty, TagName.Empty, true, list.Style, at.Start, at.End));
                foreach (var entry in list.Children)
                    Tree(entry, at);
                EndList();
                break;
            default:
                Scalar((YamlScalarNode)node, at);
                break;
        }
    }

    public void Scalar(YamlScalarNode scalar, YamlNode at) => _events.Add(new Scalar(
        AnchorName.Empty, scalar.Tag, scalar.Value ?? "", scalar.Style, scalar.Tag.IsEmpty, scalar.Tag.IsEmpty, at.Start, at.End));

    public YamlNode Load()
    {
        _events.Add(new DocumentEnd(true));
        _events.Add(new StreamEnd());
        var stream = new YamlStream();
        stream.Load(new EventReplay(_events));
        return stream.Documents[0].RootNode;
    }
}
