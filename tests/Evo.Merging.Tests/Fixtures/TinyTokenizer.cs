using System.Text.Json.Nodes;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>A tokenizer.json of a few whole-word tokens.</summary>
internal static class TinyTokenizer
{
    /// <summary>Tokens numbered from 0 on, then added special tokens.</summary>
    public static string Of(string[] tokens, params string[] added) => Of([.. tokens.Index().Select(token => (token.Item, token.Index))], added);

    /// <summary>Tokens with numbers of their own; added tokens follow the last.</summary>
    public static string Of((string Token, int Id)[] tokens, string[] added)
    {
        var next = tokens.Max(token => token.Id) + 1;
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. added.Index().Select(token => new JsonObject
            {
                ["id"] = next + token.Index,
                ["content"] = token.Item,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            })]),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = new JsonObject(tokens.Select(token => KeyValuePair.Create(token.Token, (JsonNode?)token.Id))),
                ["merges"] = new JsonArray(),
            },
        }.ToJsonString();
    }

    /// <summary>A model of one vector and an embedding whose row of token i is (origin + i, -origin - i).</summary>
    public static TinyModel Model(float origin, string tokenizer, int rows, bool tied = true)
    {
        var model = TinyModel.OfVector(origin).Set("vocab_size", rows).Set("tie_word_embeddings", tied).With(Names.Embedding, [rows, 2], Rows(origin, rows));
        if (!tied)
            model.With(Names.Head, [rows, 2], Rows(origin + 1000, rows));
        model.Tokenizer = tokenizer;
        return model;
    }

    private static float[] Rows(float origin, int rows) => [.. Enumerable.Range(0, rows).SelectMany(row => new[] { origin + row, -origin - row })];
}
