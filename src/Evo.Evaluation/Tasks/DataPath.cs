namespace Evo.Evaluation.Tasks;

/// <summary>
/// Where a task's data may be: in the task file's own folder or below it. A task file may come from anybody, so absolute paths, <c>..</c> and
/// links that lead out of the folder are refused.
/// </summary>
internal static class DataPath
{
    /// <summary>The full path of <paramref name="data"/> inside <paramref name="folder"/> (a full path).</summary>
    /// <param name="problem">Why it is refused, when the answer is null.</param>
    internal static string? Resolve(string folder, string data, out string problem)
    {
        problem = $"'{data}' leads out of the task file's folder; put the data beside the task file and name it relative to that";
        if (data.Length == 0 || data.Contains('\0') || Path.IsPathRooted(data))
            return null;
        var full = Path.GetFullPath(Path.Combine(folder, data));
        if (!IsInside(folder, full))
            return null;

        var step = folder;
        foreach (var part in Path.GetRelativePath(folder, full).Split(Path.DirectorySeparatorChar))
        {
            step = Path.Combine(step, part);
            var target = File.Exists(step) || Directory.Exists(step) ? File.ResolveLinkTarget(step, returnFinalTarget: true) : null;
            if (target is not null && !IsInside(folder, target.FullName))
                return null;
        }

        problem = "";
        return full;
    }

    private static bool IsInside(string folder, string path)
    {
        var root = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        return path.StartsWith(root, StringComparison.Ordinal);
    }
}
