using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Search.Export;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>Files and folders that a search space names.</summary>
internal static class Files
{
    /// <summary>Full path of a file that must exist.</summary>
    public static string Existing(SpaceDocument document, YamlNode at, string folder, string path, string what)
    {
        var full = Full(document, at, folder, path);
        return File.Exists(full)
            ? full
            : throw document.Refuse(at, $"there is no {what} file '{path}'; relative paths start at {folder}");
    }

    /// <summary>Checks that a model's folder exists, and its adapter's; the candidate of a run is looked up when models are opened.</summary>
    public static void CheckModel(SpaceDocument document, YamlNode at, string folder, string model)
    {
        if (!ModelReference.TryParse(model, out var reference, out var problem))
            throw document.Refuse(at, problem);
        if (reference.AdapterReference is { } adapter && !Exists(document, at, folder, adapter))
            throw document.Refuse(at, $"there is no adapter folder '{adapter}'; relative paths start at {folder}");
        if (CandidateParents.RunOf(reference.Model, folder) is null && !Exists(document, at, folder, reference.Model))
            throw document.Refuse(at, $"there is no model folder '{model}'; relative paths start at {folder}");
    }

    private static bool Exists(SpaceDocument document, YamlNode at, string folder, string name) =>
        Directory.Exists(Full(document, at, folder, name)) || Directory.Exists(ModelLocation.Of(name, folder));

    private static string Full(SpaceDocument document, YamlNode at, string folder, string path) =>
        path.Contains('\0', StringComparison.Ordinal) || path.Length is 0 or > 4096
            ? throw document.Refuse(at, "this is no path")
            : Path.GetFullPath(path, folder);
}
