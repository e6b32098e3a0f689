namespace Evo.Merging.Planning.Vocabularies;

/// <summary>
/// Whether the rows of two models' embeddings correspond as they are, without a tokenizer section: the result has the first model's tokenizer, so its
/// tokens must have the same numbers in the other.
/// </summary>
/// <param name="Conflict">A sentence on the first token that makes them differ, or null.</param>
/// <param name="Renamed">A sentence on added tokens of equal number and other text, whose rows are merged all the same, or null.</param>
internal sealed record VocabularyFit(string? Conflict, string? Renamed)
{
    /// <param name="rows">Tokens numbered from here on have no row and do not matter.</param>
    public static VocabularyFit Of(TokenizerFile first, TokenizerFile second, long rows)
    {
        var secondById = new Dictionary<int, string>();
        foreach (var (token, id) in second.Ids)
            secondById[id] = token;
        var (firstAdded, secondAdded) = (first.Added.Select(token => token.Content).ToHashSet(StringComparer.Ordinal),
            second.Added.Select(token => token.Content).ToHashSet(StringComparer.Ordinal));
        string? renamed = null;
        foreach (var (token, id) in first.Ids.Where(pair => pair.Value < rows).OrderBy(pair => pair.Value))
        {
            if (second.Ids.TryGetValue(token, out var otherId))
            {
                if (otherId != id && otherId < rows)
                    return new VocabularyFit($"'{token}' is {id} in the first and {otherId} in the second", null);
            }
            else if (secondById.TryGetValue(id, out var other))
            {
                if (!firstAdded.Contains(token) || !secondAdded.Contains(other))
                    return new VocabularyFit($"{id} is '{token}' in the first and '{other}' in the second", null);
                renamed ??= $"{id} is '{token}' in the first and '{other}' in the second";
            }
        }

        return new VocabularyFit(null, renamed);
    }
}
