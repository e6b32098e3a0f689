using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>The vocabulary of a result whose recipe has a tokenizer section: its tokens by row, and the rows that each model has for them.</summary>
/// <param name="Owner">The folder whose tokenizer it began as.</param>
/// <param name="File">That tokenizer.</param>
/// <param name="OwnerLimit">Tokens of that tokenizer numbered from here on have no row and are left out.</param>
/// <param name="Tokens">By row; null for a number that no token has.</param>
/// <param name="Added">Its added tokens, by row.</param>
/// <param name="RowCount">Rows of embedding and head: the tokens, filled up to the multiple that the recipe asks for.</param>
/// <param name="RowsOf">For each merged model, the row of each token in the model's own embedding; -1 where it has none.</param>
/// <param name="Rules">The recipe's rules, by token.</param>
internal sealed record OutputVocabulary(
    string Owner,
    TokenizerFile File,
    long OwnerLimit,
    ImmutableArray<string?> Tokens,
    ImmutableArray<AddedToken> Added,
    int RowCount,
    IReadOnlyDictionary<string, int[]> RowsOf,
    IReadOnlyDictionary<string, TokenRule> Rules,
    ImmutableArray<string> Notes)
{
    private readonly Lazy<Dictionary<string, int>> _ids = new(() => Tokens.Index().Where(token => token.Item is not null)
        .ToDictionary(token => token.Item!, token => token.Index, StringComparer.Ordinal));

    private readonly Lazy<string> _contentId = new(() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{TokenizerJson.Hash(File.Path)} {OwnerLimit} {RowCount} {string.Join(' ', Added.Select(token => $"{token.Content.Length} {token}"))}"))));

    /// <summary>SHA-256, in hex, of the owner's tokenizer.json and what becomes of it.</summary>
    public string ContentId => _contentId.Value;

    /// <summary>True when the tokenizer is the owner's own, token for token.</summary>
    public bool IsOwners => Added.SequenceEqual(File.Added) && _ids.Value.Count == File.Ids.Count;

    /// <summary>The row of a token; null when the vocabulary does not have it.</summary>
    public int? IdOf(string token) => _ids.Value.TryGetValue(token, out var id) ? id : null;
}
