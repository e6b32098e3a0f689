using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Models;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>The folders that recipes name, opened once each, however many names lead to them (a base under several adapters).</summary>
internal sealed class ParentFolders : IDisposable
{
    private readonly Dictionary<string, Parent> _parents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ModelFolder> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AdapterFolder> _adapters = new(StringComparer.Ordinal);

    public Parent? Find(string name) => _parents.GetValueOrDefault(name);

    /// <param name="name"><c>model</c> or <c>model+adapter</c>.</param>
    /// <param name="locate">The folder of a model or an adapter.</param>
    public void Open(string name, Func<string, string> locate)
    {
        var reference = ModelReference.Parse(name);
        var model = Opened(_models, locate(reference.Model), ModelFolder.Open);
        _parents.Add(name, reference.AdapterReference is { } adapter
            ? new Parent(model, AdaptedModel.Of(model, Opened(_adapters, locate(adapter), AdapterFolder.Open)))
            : new Parent(model));
    }

    public void Dispose()
    {
        foreach (var folder in _models.Values)
            folder.Dispose();
        foreach (var folder in _adapters.Values)
            folder.Dispose();
    }

    private static T Opened<T>(Dictionary<string, T> opened, string path, Func<string, T> open)
    {
        var key = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return opened.TryGetValue(key, out var folder) ? folder : opened[key] = open(path);
    }
}
