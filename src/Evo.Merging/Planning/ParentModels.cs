using System.Collections.Concurrent;
using Evo.Checkpoints.Models;
using Evo.Merging.Calibration;
using Evo.Merging.Planning.Vocabularies;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// The models that recipes name, opened once and shared by all plans and engines. Reading is safe from many threads. Dispose after the last engine
/// that used them.
/// </summary>
public sealed class ParentModels : IDisposable
{
    private readonly ParentFolders _folders;
    private readonly ConcurrentDictionary<string, ParentIndex> _indexes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string), bool> _compatible = new();
    private readonly ConcurrentDictionary<(string, string, long), VocabularyFit> _fits = new();
    private readonly ConcurrentDictionary<string, VocabularyRows> _vocabularies = new(StringComparer.Ordinal);
    private readonly Func<string, string> _locate;

    private ParentModels(ParentFolders folders, IReadOnlyList<string> names, Func<string, string> locate)
    {
        _folders = folders;
        Names = names;
        _locate = locate;
    }

    /// <summary>The names as recipes spell them, in the order they were given.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// Statistics of the models for the methods that read some; null where none can be had. To be set before plans are made, and to live as long as they do.
    /// </summary>
    public ICalibrationSource? Calibration { get; set; }

    /// <summary>
    /// The folder of the model of that name: of <c>model+adapter</c> the model's, whose configuration, tokenizer and tensor names hold for both, but not its
    /// values (<see cref="Tensor"/> has those).
    /// </summary>
    /// <exception cref="RecipeException">It was not opened.</exception>
    public ModelFolder this[string name] => Require(name).Folder;

    /// <summary>The identity of a model's content, its adapter included.</summary>
    /// <exception cref="RecipeException">It was not opened.</exception>
    public string ContentHash(string name) => Require(name).ContentHash;

    /// <summary>A tensor of a model, as its adapter changes it; null when the model has none of that name.</summary>
    /// <exception cref="RecipeException">The model was not opened.</exception>
    public TensorSource? Tensor(string name, string tensor) => Require(name).Folder.Find(tensor) is { } info ? Require(name).Source(name, info) : null;

    /// <summary>Opens every model once.</summary>
    /// <param name="names">
    /// Folders, or <c>model+adapter</c>, as recipes spell them, for example <see cref="Recipes.MergeRecipe.ReferencedModels"/>.
    /// </param>
    /// <param name="relativeTo">
    /// The folder that relative names start from, as a rule the recipe's. What is no folder is looked for in huggingface_hub's cache.
    /// </param>
    /// <param name="folders">Full paths of models whose names are no paths; null when all are.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">A folder is missing or holds no usable model, or an adapter is for another base.</exception>
    public static ParentModels Open(IEnumerable<string> names, string relativeTo, IReadOnlyDictionary<string, string>? folders = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(relativeTo);
        var locate = (string name) => folders is not null && folders.TryGetValue(name, out var folder) ? folder : ModelLocation.Of(name, relativeTo);
        var distinct = names.Distinct(StringComparer.Ordinal).ToArray();
        var opened = new ParentFolders();
        try
        {
            foreach (var name in distinct)
                opened.Open(name, locate);
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        return new ParentModels(opened, distinct, locate);
    }

    /// <summary>Also disposes <see cref="Calibration"/>, which reads the models.</summary>
    public void Dispose()
    {
        (Calibration as IDisposable)?.Dispose();
        _folders.Dispose();
    }

    internal ParentIndex Index(string name) => _indexes.GetOrAdd(name, key => new ParentIndex(key, Require(key)));

    /// <summary>Checks once for each pair that the models can be merged with each other.</summary>
    internal void RequireCompatible(string donor, string other) =>
        _compatible.GetOrAdd((donor, other), pair =>
        {
            ParentCompatibility.Require(Index(pair.Item1), Index(pair.Item2));
            return true;
        });

    private Parent Require(string name) =>
        _folders.Find(name) ?? throw new RecipeException($"the model '{name}' is not among the opened parents ({string.Join(", ", Names)})");

    /// <summary>Whether the tokens of two models have the same numbers; a model without tokenizer.json is taken to fit.</summary>
    internal VocabularyFit Fit(string donor, string other, long rows) => _fits.GetOrAdd((donor, other, rows), pair =>
        Index(pair.Item1).Tokenizer.Value is { } first && Index(pair.Item2).Tokenizer.Value is { } second
            ? VocabularyFit.Of(first, second, pair.Item3)
            : new VocabularyFit(null, null));

    /// <summary>The output vocabulary of a recipe, built once for all recipes that ask for the same one.</summary>
    /// <exception cref="RecipeException">It cannot be built.</exception>
    internal VocabularyRows Vocabulary(MergeRecipe recipe, TokenizerRecipe tokenizer)
    {
        var models = recipe.ReferencedModels;
        return _vocabularies.GetOrAdd($"{string.Join('\n', models)}\n{tokenizer}\n{string.Join('\n', tokenizer.Tokens)}", _ =>
            new VocabularyRows(new VocabularyBuilder(recipe, tokenizer, [.. models.Select(Index)]).Build(_locate)));
    }
}
