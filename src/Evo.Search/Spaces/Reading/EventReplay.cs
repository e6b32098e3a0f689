using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Evo.Search.Spaces.Reading;

/// <summary>Hands recorded events to a YAML loader: the way to make nodes that carry positions.</summary>
internal sealed class EventReplay(IReadOnlyList<ParsingEvent> events) : IParser
{
    private int _next;

    public ParsingEvent? Current { get; private set; }

    public bool MoveNext()
    {
        Current = _next < events.Count ? events[_next++] : null;
        return Current is not null;
    }
}
