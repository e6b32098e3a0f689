namespace Evo.Cli.Output;

/// <summary>Text for commands that users copy into a shell.</summary>
internal static class ShellText
{
    /// <summary>The text as one shell word, in quotes only when it needs them.</summary>
    public static string Quote(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "/._-+:=@,".Contains(character, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
