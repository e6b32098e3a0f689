using System.Collections.Immutable;

namespace Evo.Merging.Planning;

/// <summary>What a plan does that its recipe does not say in so many words: each sentence once, in the order of first use.</summary>
internal sealed class PlanNotes
{
    private readonly OrderedDictionary<string, bool> _notes = new(StringComparer.Ordinal);

    public ImmutableArray<string> All => [.. _notes.Keys];

    public void Add(string note) => _notes.TryAdd(note, true);
}
