namespace Evo.Checkpoints.Files;

/// <summary>A file name that names a file in one folder and nowhere else, on every operating system.</summary>
internal static class PlainFileName
{
    /// <summary>
    /// False for paths (<c>a/b</c>, <c>a\b</c>, <c>/a</c>, <c>c:a</c>), <c>.</c>, <c>..</c>, the empty name and control characters.
    /// </summary>
    public static bool IsPlain(string name) =>
        name.Length is > 0 and <= 255
        && name is not ("." or "..")
        && !name.AsSpan().ContainsAny("/\\:")
        && !name.Any(char.IsControl);
}
