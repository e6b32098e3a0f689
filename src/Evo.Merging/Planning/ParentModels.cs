using System.Collections.Concurrent;
using Evo.Checkpoints.Models;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// The models that recipes name, opened once and shared by all plans and engines. Reading is safe from many threads. Dispose after the last engine
/// that used them.
/// </summary>
public sealed class ParentModels : IDisposable
{
    private readonly Dictionary<string, ModelFolder> _folders;
    private readonly ConcurrentDictionary<string, ParentIndex> _indexes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string), bool> _compatible = new();

    private ParentModels(Dictionary<string, ModelFolder> folders, IReadOnlyList<string> names)
    {
        _folders = folders;
        Names = names;
    }

    /// <summary>The names as recipes spell them, in the order they were given.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The model of that name.</summary>
    /// <exception cref="RecipeException">It was not opened.</exception>
    public ModelFolder this[string name] => _folders.TryGetValue(name, out var folder)
        ? folder
        : throw new RecipeException($"the model '{name}' is not among the opened parents ({string.Join(", ", Names)})");

    /// <summary>Opens every model once.</summary>
    /// <param name="names">Folders as recipes spell them, for example <see cref="Recipes.MergeRecipe.ReferencedModels"/>.</param>
    /// <param name="relativeTo">The folder that relative names start from, as a rule the recipe's.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">A folder is missing or holds no usable model.</exception>
    public static ParentModels Open(IEnumerable<string> names, string relativeTo)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(relativeTo);
        var distinct = names.Distinct(StringComparer.Ordinal).ToArray();
        var folders = new Dictionary<string, ModelFolder>(StringComparer.Ordinal);
        try
        {
            foreach (var name in distinct)
                if (ModelReference.Parse(name).Adapter is not null)
                    throw new RecipeException($"'{name}': adapters (model+adapter) are not supported yet; merge the adapter into its model first and name the folder");
                else
                    folders.Add(name, ModelFolder.Open(Path.Combine(relativeTo, name)));
        }
        catch
        {
            foreach (var folder in folders.Values)
                folder.Dispose();
            throw;
        }

        return new ParentModels(folders, distinct);
    }

    public void Dispose()
    {
        foreach (var folder in _folders.Values)
            folder.Dispose();
    }

    internal ParentIndex Index(string name) => _indexes.GetOrAdd(name, key => new ParentIndex(key, this[key]));

    /// <summary>Checks once for each pair that the models can be merged with each other.</summary>
    internal void RequireCompatible(string donor, string other) =>
        _compatible.GetOrAdd((donor, other), pair =>
        {
            ParentCompatibility.Require(Index(pair.Item1), Index(pair.Item2));
            return true;
        });
}
