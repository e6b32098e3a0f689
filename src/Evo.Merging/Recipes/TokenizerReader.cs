using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>Reads the <c>tokenizer:</c> section.</summary>
internal static class TokenizerReader
{
    /// <summary>Far above any hardware's tile, far below what would make an embedding grow by a number in a file.</summary>
    private const int LargestMultiple = 1 << 16;

    public static TokenizerRecipe Read(RecipeNode node)
    {
        var fields = node.Mapping("'tokenizer'", RecipeKeys.Tokenizer);
        return new TokenizerRecipe(
            fields.TryGetValue("source", out var source) ? ModelReader.Read(source, "'source'") : TokenizerRecipe.Union,
            fields.TryGetValue("tokens", out var tokens) ? [.. tokens.Entries("'tokens'").Select(entry => Rule(entry.Key, entry.Value))] : [],
            fields.TryGetValue("pad_to_multiple_of", out var pad) ? Multiple(pad) : null) { Place = node.Place };
    }

    private static int? Multiple(RecipeNode node) => node.WholeNumber("'pad_to_multiple_of'") switch
    {
        0 => null,
        > 0 and <= LargestMultiple and var multiple => multiple,
        var other => throw node.Refuse($"'pad_to_multiple_of' must lie between 1 and {LargestMultiple}, not {other}"),
    };

    private static TokenRule Rule(RecipeNode key, RecipeNode value)
    {
        var token = key.Text("a token");
        var fields = value.IsNull ? [] : value.Mapping($"the token '{token}'", RecipeKeys.Token);
        var force = fields.TryGetValue("force", out var flag) && flag.Flag("'force'");
        var origin = fields.TryGetValue("source", out var source) ? Origin(source) : null;
        return force && origin is null
            ? throw flag.Refuse($"'force' for '{token}' needs a 'source': the row that all models take")
            : new TokenRule(token, origin, force) { Place = key.Place };
    }

    private static TokenOrigin Origin(RecipeNode node)
    {
        if (!node.IsMapping || !node.Entries("'source'").Any(entry => entry.Key.Text("a key") == "kind"))
            return new TokenOrigin.OfModel(ModelReader.Read(node, "'source'"));
        var kind = node.Entries("'source'").First(entry => entry.Key.Text("a key") == "kind").Value;
        switch (kind.Text("'kind'"))
        {
            case "zero":
                node.Mapping("a zero row", RecipeKeys.Zero);
                return new TokenOrigin.Zero();
            case "model_token":
                var fields = node.Mapping("a model's token", RecipeKeys.ModelToken);
                var model = ModelReader.Required(node, fields);
                if (fields.ContainsKey("token") == fields.ContainsKey("token_id"))
                    throw node.Refuse("a model's token is named by exactly one of 'token' and 'token_id'");
                if (fields.TryGetValue("token", out var text))
                    return new TokenOrigin.OfToken(model, text.Text("'token'"), null);
                var id = fields["token_id"].WholeNumber("'token_id'");
                return id >= 0 ? new TokenOrigin.OfToken(model, null, id) : throw fields["token_id"].Refuse("'token_id' must be 0 or more");
            default:
                throw kind.Refuse($"unknown kind '{kind.Text("'kind'")}' of a token's row{NearestName.Hint(kind.Text("'kind'"), ["model_token", "zero"])}");
        }
    }

    /// <summary>A row can only be taken from a model that is merged.</summary>
    public static void RequireReferenced(TokenizerRecipe tokenizer, ImmutableArray<string> models, string sourceName)
    {
        foreach (var rule in tokenizer.Tokens)
        {
            var model = rule.Origin switch { TokenOrigin.OfModel own => own.Model, TokenOrigin.OfToken other => other.Model, _ => null };
            if (model is not null && !models.Contains(model))
                throw rule.Place.Refuse(sourceName, $"the row of '{rule.Token}' comes from '{model}', which is not one of the merged models{NearestName.Hint(model, models)}");
        }
    }
}
