using System.Collections.Immutable;
using System.Globalization;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>
/// Builds the output vocabulary: the source's tokens under their own numbers, then what the other models have besides (union), then tokens that rules
/// name. Order is the recipe's and the models' own numbering, so that the same recipe always numbers alike. A token that a rule names stays what it is; mergekit
/// makes it a plain added token, so that a special one shows in texts and a part of a word is found before the word.
/// </summary>
internal sealed class VocabularyBuilder
{
    /// <summary>Above any vocabulary there is.</summary>
    private const int MostRows = 1 << 24;

    private readonly MergeRecipe _recipe;
    private readonly TokenizerRecipe _tokenizer;
    private readonly ImmutableArray<ParentIndex> _models;
    private readonly OrderedDictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, AddedToken> _added = new(StringComparer.Ordinal);
    private readonly HashSet<int> _taken = [];
    private readonly PlanNotes _notes = new();
    private int _modelTokens;
    private int _lastAdded = -1;
    private int _last = -1;

    /// <param name="models">The merged models, the base first.</param>
    public VocabularyBuilder(MergeRecipe recipe, TokenizerRecipe tokenizer, ImmutableArray<ParentIndex> models) =>
        (_recipe, _tokenizer, _models) = (recipe, tokenizer, models);

    /// <param name="tokenizerFolder">The folder of a model that only lends its tokenizer.</param>
    /// <exception cref="RecipeException">There is no tokenizer.json, or a rule cannot be kept.</exception>
    public OutputVocabulary Build(Func<string, string> tokenizerFolder)
    {
        var (folder, file, limit) = Owner(tokenizerFolder);
        foreach (var (token, id) in file.Ids.Where(pair => pair.Value < limit).OrderBy(pair => pair.Value))
            Take(token, id);
        foreach (var token in file.Added.Where(token => token.Id < limit))
            Keep(token);
        _modelTokens = _ids.Keys.Count(token => !_added.ContainsKey(token));
        if (_tokenizer.Source == TokenizerRecipe.Union)
            AddOthers();
        foreach (var rule in _tokenizer.Tokens)
            if (!_ids.ContainsKey(rule.Token))
                Add(AddedToken.Plain(0, rule.Token));

        var tokens = new string?[RowsOfTokens(file)];
        foreach (var (token, id) in _ids)
            tokens[id] = token;
        var rows = _models.ToDictionary(model => model.Name, model => RowsOf(model, tokens), StringComparer.Ordinal);
        RequireRules(rows);
        var unknown = tokens.Index().Where(token => token.Item is not null && rows.Values.All(own => own[token.Index] < 0)
            && !_tokenizer.Tokens.Any(rule => rule.Token == token.Item && rule.Origin is not null)).Select(token => token.Item).ToArray();
        if (unknown.Length > 0)
            _notes.Add($"no merged model has the token '{unknown[0]}'{(unknown.Length > 1 ? $", nor {unknown.Length - 1} others" : "")}; its row is zeros");
        var multiple = _tokenizer.PadToMultipleOf ?? 1;
        return new OutputVocabulary(
            folder, file, limit, [.. tokens], [.. _added.Values.OrderBy(token => token.Id)], (tokens.Length + multiple - 1) / multiple * multiple, rows,
            _tokenizer.Tokens.ToDictionary(rule => rule.Token, StringComparer.Ordinal), _notes.All);
    }

    private (string Folder, TokenizerFile File, long Limit) Owner(Func<string, string> tokenizerFolder)
    {
        if (_tokenizer.Model is { } name && _models.All(model => model.Name != name))
        {
            var folder = tokenizerFolder(name);
            return (folder, TokenizerFile.Of(folder) ?? throw NoTokenizer(name), MostRows);
        }

        var owner = _tokenizer.Model is { } merged ? _models.First(model => model.Name == merged) : _models[0];
        return (owner.Folder.Path, owner.Tokenizer.Value ?? throw NoTokenizer(owner.Name), owner.VocabularySize);
    }

    /// <summary>The other models' plain tokens, then the added tokens of all: those count as added, whatever they are elsewhere.</summary>
    private void AddOthers()
    {
        var added = new OrderedDictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var model in _models)
            foreach (var token in Tokenizer(model).Added)
                if (token.Id < model.VocabularySize && !added.TryAdd(token.Content, token)
                    && added[token.Content] with { Id = 0 } != token with { Id = 0 })
                    _notes.Add($"the added token '{token.Content}' has other settings in '{model.Name}'; those of the first model are taken");
        foreach (var model in _models)
            foreach (var (token, id) in Tokenizer(model).Ids.OrderBy(pair => pair.Value))
                if (id < model.VocabularySize && !added.ContainsKey(token) && !_ids.ContainsKey(token))
                    Add(AddedToken.Plain(0, token));
        foreach (var token in added.Values)
            if (!_added.ContainsKey(token.Content))
                Add(token);
    }

    /// <summary>Under the number that tokenizers give it on loading: after the model's tokens and the added ones so far.</summary>
    private void Add(AddedToken token)
    {
        if (!_ids.TryGetValue(token.Content, out var id))
        {
            id = Math.Max(_modelTokens, _lastAdded + 1);
            if (_taken.Contains(id))
                id = _last + 1;
            Take(token.Content, id);
        }

        Keep(token with { Id = id });
    }

    private void Keep(AddedToken token)
    {
        _added[token.Content] = token;
        _lastAdded = Math.Max(_lastAdded, token.Id);
    }

    private void Take(string token, int id)
    {
        _ids[token] = id;
        _taken.Add(id);
        _last = Math.Max(_last, id);
    }

    private int RowsOfTokens(TokenizerFile file)
    {
        var rows = _last + 1L;
        return rows is > 0 and <= MostRows && rows <= (2L * _ids.Count) + 65_536
            ? (int)rows
            : throw _recipe.Refuse(_tokenizer.Place, string.Create(CultureInfo.InvariantCulture,
                $"{file.Path} numbers {_ids.Count} tokens up to {rows - 1}: that is no vocabulary to make an embedding for"));
    }

    /// <summary>A model without a tokenizer.json is taken to have the base's, as mergekit does.</summary>
    private TokenizerFile Tokenizer(ParentIndex model)
    {
        if (model.Tokenizer.Value is { } own)
            return own;
        _notes.Add($"'{model.Name}' has no tokenizer.json; it is taken to have the tokenizer of '{_models[0].Name}'");
        return _models[0].Tokenizer.Value ?? throw NoTokenizer(_models[0].Name);
    }

    private int[] RowsOf(ParentIndex model, string?[] tokens)
    {
        var ids = Tokenizer(model).Ids;
        return [.. tokens.Select(token => token is not null && ids.TryGetValue(token, out var id) && id < model.VocabularySize ? id : -1)];
    }

    private void RequireRules(Dictionary<string, int[]> rows)
    {
        foreach (var rule in _tokenizer.Tokens)
        {
            if (rule.Origin is TokenOrigin.OfModel own && rows[own.Model][_ids[rule.Token]] < 0)
                throw _recipe.Refuse(rule.Place, $"'{own.Model}' has no token '{rule.Token}' to take the row from");
            if (rule.Origin is TokenOrigin.OfToken other)
                RowOf(_models.First(model => model.Name == other.Model), rule, other);
        }
    }

    private void RowOf(ParentIndex model, TokenRule rule, TokenOrigin.OfToken origin)
    {
        var id = origin.Token is null ? origin.Id!.Value
            : Tokenizer(model).Ids.TryGetValue(origin.Token, out var known) ? known
            : throw _recipe.Refuse(rule.Place, $"'{model.Name}' has no token '{origin.Token}' to take the row of '{rule.Token}' from");
        if (id >= (model.Embedding?.Info.Shape[0] ?? model.VocabularySize))
            throw _recipe.Refuse(rule.Place, $"the row of '{rule.Token}' is token {id} of '{model.Name}', whose embedding has "
                + $"{model.Embedding?.Info.Shape[0] ?? model.VocabularySize} rows");
    }

    private RecipeException NoTokenizer(string name) => _recipe.Refuse(_tokenizer.Place,
        $"'{name}' has no tokenizer.json, which a tokenizer section needs; save its tokenizer with Transformers' fast tokenizer first");
}
