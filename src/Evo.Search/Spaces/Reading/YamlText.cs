using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>
/// Parses YAML that may be hostile: size, depth and the number of nodes after aliases are expanded are bounded, and every alias becomes a copy,
/// so that no two places of the tree share a node.
/// </summary>
internal static class YamlText
{
    private const int MostCharacters = 1 << 20;
    private const int DeepestNesting = 40;
    private const int MostEvents = 200_000;

    public static YamlNode Parse(string text, string source)
    {
        if (text.Length > MostCharacters)
            throw new SearchSpaceException(source, 1, 1, $"the file has {text.Length} characters, more than the {MostCharacters} that are read");

        var parser = new Parser(new StringReader(text));
        try
        {
            var stream = new YamlStream();
            stream.Load(new EventReplay(Expand(parser, source)));
            if (stream.Documents.Count != 1)
                throw new SearchSpaceException(source, 1, 1, $"one YAML document is expected, {stream.Documents.Count} are there");
            return stream.Documents[0].RootNode;
        }
        catch (YamlException error)
        {
            var problem = (error.InnerException ?? error).Message;
            throw new SearchSpaceException(source, error.Start.Line, error.Start.Column, $"not valid YAML: {problem}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException
            or NullReferenceException or IndexOutOfRangeException)
        {
            // The parser stumbles over some broken texts ("t,tor: {" in a flow mapping, a broken directive).
            var near = parser.Current?.End ?? Mark.Empty;
            throw new SearchSpaceException(source, near.Line, near.Column, $"not valid YAML, here or after: {error.Message}", error);
        }
    }

    private static List<ParsingEvent> Expand(Parser parser, string source)
    {
        var events = new List<ParsingEvent>();
        var anchors = new Dictionary<AnchorName, (int Start, int End, int Depth)>();
        var open = new Stack<(AnchorName Anchor, int Start)>();

        while (parser.MoveNext())
        {
            var current = parser.Current!;
            switch (current)
            {
                case AnchorAlias alias:
                    if (!anchors.TryGetValue(alias.Value, out var range) || range.End < 0)
                        throw At(current, source, $"the alias *{alias.Value} names no complete node before it");
                    if (open.Count + range.Depth > DeepestNesting)
                        throw At(current, source, $"nested more than {DeepestNesting} deep once aliases are expanded");
                    events.AddRange(events.GetRange(range.Start, range.End - range.Start));
                    break;
                case Scalar scalar:
                    events.Add(WithoutAnchor(scalar));
                    if (!scalar.Anchor.IsEmpty)
                        anchors[scalar.Anchor] = (events.Count - 1, events.Count, 0);
                    break;
                case MappingStart or SequenceStart:
                    var start = (NodeEvent)current;
                    open.Push((start.Anchor, events.Count));
                    if (!start.Anchor.IsEmpty)
                        anchors[start.Anchor] = (events.Count, -1, 0);
                    events.Add(WithoutAnchor(start));
                    break;
                case MappingEnd or SequenceEnd:
                    events.Add(current);
                    var opened = open.Pop();
                    if (!opened.Anchor.IsEmpty)
                        anchors[opened.Anchor] = (opened.Start, events.Count, Depth(events, opened.Start));
                    break;
                default:
                    events.Add(current);
                    break;
            }

            if (open.Count > DeepestNesting)
                throw At(current, source, $"nested more than {DeepestNesting} deep");
            if (events.Count > MostEvents)
                throw At(current, source, $"more than {MostEvents} nodes once aliases are expanded; write fewer or smaller aliases");
        }

        return events;
    }

    private static int Depth(List<ParsingEvent> events, int start)
    {
        int depth = 0, deepest = 0;
        for (var i = start; i < events.Count; i++)
        {
            depth += events[i].NestingIncrease;
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }

    private static NodeEvent WithoutAnchor(NodeEvent node) => node switch
    {
        _ when node.Anchor.IsEmpty => node,
        Scalar scalar => new Scalar(
            AnchorName.Empty, scalar.Tag, scalar.Value, scalar.Style, scalar.IsPlainImplicit, scalar.IsQuotedImplicit, scalar.Start, scalar.End),
        MappingStart mapping => new MappingStart(AnchorName.Empty, mapping.Tag, mapping.IsImplicit, mapping.Style, mapping.Start, mapping.End),
        SequenceStart list => new SequenceStart(AnchorName.Empty, list.Tag, list.IsImplicit, list.Style, list.Start, list.End),
        _ => node,
    };

    private static SearchSpaceException At(ParsingEvent current, string source, string problem) =>
        new(source, current.Start.Line, current.Start.Column, problem);
}
