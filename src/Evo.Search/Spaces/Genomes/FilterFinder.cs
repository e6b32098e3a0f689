using System.Collections.Immutable;

namespace Evo.Search.Spaces.Genomes;

/// <summary>
/// Finds filters that tell groups of tensors apart: an ordered list of substrings of tensor names, the first that matches deciding, the last
/// entry <c>*</c>. Substrings are module paths without layer numbers (<c>self_attn</c>, <c>mlp</c>, <c>q_proj</c>) and a few common parts of
/// words (<c>norm</c>); each is checked against every tensor that no earlier filter has taken, so that <c>self_attn.q_norm</c> goes to the norms,
/// <c>mlp.gate</c> to the router and <c>mlp.gate_proj</c> to the mlp whatever the architecture's names are.
/// </summary>
internal static class FilterFinder
{
    private const int MostPatterns = 1_000;

    private static readonly string[] PartsOfWords = ["norm", "ln_"];

    /// <summary>Modules that hold everything: a filter of this name would tell the reader nothing.</summary>
    private static readonly string[] Wrappers = ["model", "language_model", "transformer", "gpt_neox", "decoder", "layers", "h", "weight", "bias"];

    /// <summary>A tensor name that stands for all that differ from it in numbers only.</summary>
    private sealed record Pattern(string Name, string Numberless, int Group);

    /// <param name="tensors">Every tensor with its group's index.</param>
    /// <exception cref="FormatException">No substrings tell the groups apart.</exception>
    public static ImmutableArray<GroupFilter> Find(IReadOnlyList<(string Name, int Group)> tensors)
    {
        var patterns = tensors
            .Select(tensor => new Pattern(tensor.Name, string.Join('.', tensor.Name.Split('.').Where(part => !IsNumber(part))), tensor.Group))
            .DistinctBy(pattern => (pattern.Numberless, pattern.Group))
            .ToArray();
        if (patterns.Length > MostPatterns)
            throw new FormatException($"the model has more than {MostPatterns} kinds of tensors");

        var candidates = patterns.SelectMany(pattern => Candidates(pattern.Name)).Distinct(StringComparer.Ordinal)
            .OrderBy(candidate => candidate.Length).ThenBy(candidate => candidate, StringComparer.Ordinal)
            .Select(candidate => (Filter: candidate, Matches: patterns.Where(pattern => pattern.Name.Contains(candidate, StringComparison.Ordinal)).ToArray()))
            .ToArray();

        // The group that '*' stands for: whichever leaves the shortest list, and of those the one with the fewest kinds of tensors.
        return patterns.GroupBy(pattern => pattern.Group).OrderBy(group => group.Count()).ThenByDescending(group => group.Key)
            .Select(group => Filters(patterns, candidates, group.Key))
            .OfType<ImmutableArray<GroupFilter>>()
            .OrderBy(filters => filters.Length)
            .FirstOrDefault() is { IsDefault: false } shortest
                ? shortest
                : throw new FormatException("no parts of the tensors' names tell these groups apart");
    }

    private static ImmutableArray<GroupFilter>? Filters(Pattern[] patterns, (string Filter, Pattern[] Matches)[] candidates, int last)
    {
        var open = patterns.ToHashSet();
        var filters = new List<GroupFilter>();
        while (open.Any(pattern => pattern.Group != last))
        {
            // Also filters for the last group: q_norm must be out of the way before self_attn can stand for what is left of the attention.
            var (filter, taken) = candidates
                .Select(candidate => (candidate.Filter, Taken: candidate.Matches.Where(open.Contains).ToArray()))
                .Where(candidate => candidate.Taken.Length > 0 && candidate.Taken.All(pattern => pattern.Group == candidate.Taken[0].Group))
                .MaxBy(candidate => candidate.Taken.Length); // the first of equals: the shortest
            if (taken is null)
                return null;
            filters.Add(new GroupFilter(filter, taken[0].Group));
            open.ExceptWith(taken);
        }

        filters.Add(new GroupFilter("*", last));
        for (var i = filters.Count - 2; i >= 0; i--)
        {
            var without = filters.Where((_, position) => position != i).ToArray();
            if (patterns.All(pattern => GroupOf(without, pattern.Name) == pattern.Group))
                filters.RemoveAt(i);
        }

        return [.. filters];
    }

    private static int GroupOf(IEnumerable<GroupFilter> filters, string name) =>
        filters.First(filter => filter.Filter == "*" || name.Contains(filter.Filter, StringComparison.Ordinal)).Group;

    private static IEnumerable<string> Candidates(string name)
    {
        foreach (var part in PartsOfWords.Where(part => name.Contains(part, StringComparison.Ordinal)))
            yield return part;

        var segments = name.Split('.');
        for (var start = 0; start < segments.Length; start++)
        {
            for (var end = start; end < segments.Length && !IsNumber(segments[end]); end++)
            {
                if (start < end || !Wrappers.Contains(segments[start]))
                    yield return string.Join('.', segments[start..(end + 1)]);
            }
        }
    }

    private static bool IsNumber(string segment) => segment.Length > 0 && segment.All(char.IsAsciiDigit);
}
