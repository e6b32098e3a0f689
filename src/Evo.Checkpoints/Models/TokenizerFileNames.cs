using System.Collections.Immutable;

namespace Evo.Checkpoints.Models;

/// <summary>The files in which Hugging Face models keep their tokenizer, the one that decides first.</summary>
internal static class TokenizerFileNames
{
    public const string Tokenizer = "tokenizer.json";

    private static readonly string[] All =
    [
        Tokenizer, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tekken.json", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>Full paths of those that the folder has.</summary>
    public static ImmutableArray<string> In(string folder) =>
        [.. All.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
}
