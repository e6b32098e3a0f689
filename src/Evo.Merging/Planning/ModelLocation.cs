namespace Evo.Merging.Planning;

/// <summary>
/// Where a model that a recipe names lies: the folder of that name; else, for <c>owner/name[@revision]</c>, the snapshot that huggingface_hub's cache holds
/// (HF_HUB_CACHE, HF_HOME/hub, or ~/.cache/huggingface/hub). Nothing is downloaded.
/// </summary>
public static class ModelLocation
{
    /// <param name="name">A model or an adapter as a recipe names it, without the other.</param>
    /// <param name="relativeTo">The folder that relative names start from.</param>
    /// <param name="hub">The cache; null for the one that the environment names.</param>
    /// <returns>The folder, which may not exist.</returns>
    public static string Of(string name, string relativeTo, string? hub = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(relativeTo);
        var folder = Path.Combine(relativeTo, name);
        return Directory.Exists(folder) || Cached(name, hub ?? Cache()) is not { } snapshot ? folder : snapshot;
    }

    private static string? Cached(string name, string? cache)
    {
        var parts = name.Split('@');
        var path = parts[0].Split('/');
        if (parts.Length > 2 || path.Length > 2 || !path.All(IsPlain) || !parts.Skip(1).All(IsPlain) || cache is null)
            return null;
        var model = Path.Combine(cache, $"models--{string.Join("--", path)}");
        var revision = parts.ElementAtOrDefault(1) ?? "main";
        var reference = Path.Combine(model, "refs", revision);
        if (File.Exists(reference) && new FileInfo(reference).Length <= 256 && File.ReadAllText(reference).Trim() is var commit && IsPlain(commit))
            revision = commit;
        var snapshot = Path.Combine(model, "snapshots", revision);
        return Directory.Exists(snapshot) ? snapshot : null;
    }

    private static bool IsPlain(string part) =>
        part.Length is > 0 and <= 256 && part[0] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static string? Cache() => Environment.GetEnvironmentVariable("HF_HUB_CACHE") is { Length: > 0 } cache ? cache
        : Environment.GetEnvironmentVariable("HF_HOME") is { Length: > 0 } home ? Path.Combine(home, "hub")
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } user ? Path.Combine(user, ".cache", "huggingface", "hub")
        : null;
}
