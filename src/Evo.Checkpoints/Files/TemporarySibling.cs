namespace Evo.Checkpoints.Files;

/// <summary>Names beside a target and on its volume, so that a rename puts the finished work in place at once.</summary>
internal static class TemporarySibling
{
    /// <summary>
    /// A hidden name beside <paramref name="target"/> that nothing else has: <c>.name.1f3a….tmp</c>. It stays behind only when the process
    /// is killed.
    /// </summary>
    public static string Of(string target) => Path.Combine(
        Path.GetDirectoryName(target) ?? throw new CheckpointException(target, "is the root of a volume; give a folder or file below it"),
        $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");

    /// <summary>Full path of a target, without a trailing separator.</summary>
    public static string Target(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
