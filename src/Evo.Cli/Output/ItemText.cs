using Evo.Evaluation.Outcomes;

namespace Evo.Cli.Output;

/// <summary>One item's result as a line.</summary>
internal static class ItemText
{
    public static string Of(ItemResult item) =>
        $"  {item.ItemId,-12} {ScoreText.Value(item.Score),8} {item.Finish?.ToString() ?? "",-10} {item.Tokens,5} {OneLine(item.Output)}";

    /// <summary>What a model wrote, which must not move the cursor or recolour the terminal.</summary>
    public static string OneLine(string? text) =>
        string.Concat((text ?? "").ReplaceLineEndings("\\n").Select(character => char.IsControl(character) ? '\uFFFD' : character));
}
