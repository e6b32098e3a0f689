using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Evo.Checkpoints;
using Evo.Checkpoints.Safetensors;
using Evo.Inference;
using Evo.Inference.Activations;
using Evo.Inference.Tokenizers;
using Evo.Merging;
using Evo.Merging.Calibration;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Evaluation.Calibration;

/// <summary>
/// Statistics of parents on the texts of a recipe's <c>calibration:</c>. Computed at the first use, kept in the cache folder under the hash of the model's content,
/// the texts and the settings, and read from there ever after, by this process and others; damaged files are made anew.
/// </summary>
public sealed class CalibrationSource : ICalibrationSource, IDisposable
{
    private readonly CalibrationRecipe _recipe;
    private readonly ParentModels _parents;
    private readonly string _folder;
    private readonly string _cache;
    private string? _known; // another folder whose statistics may be taken over
    private readonly Action<string> _announce;
    private readonly CancellationToken _cancellation;
    private readonly ConcurrentDictionary<string, Lazy<ImmutableArray<string>>> _texts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Model, CalibrationKinds Kind), StatisticsFolder> _statistics = new();
    private readonly ConcurrentDictionary<string, Lazy<SafetensorsFile>> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Model, CalibrationKinds Kinds), CalibratedModel> _models = new();
    private readonly ConcurrentDictionary<string, Lock> _turns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Model, CalibrationKinds Kinds), string> _ids = new();
    private readonly ConcurrentDictionary<string, bool> _runnable = new(StringComparer.Ordinal);

    /// <param name="parents">The models; they must outlive this.</param>
    /// <param name="folder">The folder that paths of the section start from: the recipe's.</param>
    /// <param name="cache">Where statistics are kept when the section names no folder.</param>
    /// <param name="announce">Told a line before a model is run, which may take long.</param>
    /// <param name="cancellation">Stops a model's run.</param>
    public CalibrationSource(
        CalibrationRecipe recipe, ParentModels parents, string folder, string cache, Action<string>? announce = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(parents);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(cache);
        (_recipe, _parents, _folder, _announce, _cancellation) = (recipe, parents, folder, announce ?? (_ => { }), cancellation);
        _cache = Path.GetFullPath(recipe.Cache is { } named ? Path.Combine(folder, named) : cache);
    }

    /// <summary>How many times a model was run over its texts.</summary>
    internal int Runs { get; private set; }

    /// <summary>SHA-256, in hex, of all texts and settings of the section: what, beside the models, decides the statistics.</summary>
    /// <exception cref="RecipeException">A file is missing or cannot be read.</exception>
    public string ContentId
    {
        get
        {
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"{_recipe.Samples} {_recipe.SequenceLength} {_recipe.Tokens} {_recipe.FisherOfText}\n");
            foreach (var (model, _) in _recipe.Texts.OrderBy(file => file.Key, StringComparer.Ordinal))
                foreach (var sample in Texts(model))
                    text.Append(CultureInfo.InvariantCulture, $"{model}\n{sample.Length}\n{sample}\n");
            foreach (var (model, _) in _recipe.OptimizerStates.OrderBy(file => file.Key, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"{model} {ContentIdOf(model, CalibrationKinds.OptimizerState)}\n");
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        }
    }

    /// <summary>
    /// Gives opened parents the statistics that a section <c>calibration:</c> describes; nothing happens when it is null. The parents own the source. Statistics are
    /// kept in the folder that the section names, else in <paramref name="statistics"/>, else in <c>.evo/statistics</c> beside the recipe. What lies beside the recipe
    /// already is copied, not computed again.
    /// </summary>
    /// <param name="folder">The folder that paths of the section start from: the recipe's.</param>
    /// <param name="statistics">A run's own folder of statistics; null outside a run.</param>
    /// <param name="announce">Told a line before a model is run, which may take long.</param>
    /// <param name="cancellation">Stops a model's run.</param>
    public static void Attach(
        CalibrationRecipe? section, ParentModels parents, string folder, Action<string>? announce = null, string? statistics = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(parents);
        if (section is null)
            return;
        var beside = Path.Combine(folder, ".evo", "statistics");
        parents.Calibration = new CalibrationSource(section, parents, folder, statistics ?? beside, announce, cancellation)
        {
            _known = section.Cache is null && statistics is not null ? Path.GetFullPath(beside) : null,
        };
    }

    public void Require(string model, CalibrationKinds kinds)
    {
        if (kinds.HasFlag(CalibrationKinds.OptimizerState))
            State(model);
        if ((kinds & ~CalibrationKinds.OptimizerState) == CalibrationKinds.None)
            return;
        Texts(model);
        _runnable.GetOrAdd(model, name =>
        {
            try
            {
                ActivationProbe.RequireRunnable(new ParentWeights(_parents, name));
                using var tokenizer = NativeTokenizer.Open(_parents[name].Path);
                return true;
            }
            catch (CheckpointException problem)
            {
                throw new RecipeException($"calibration: '{name}' cannot be run for statistics: {problem.Message}", problem);
            }
        });
    }

    public string ContentIdOf(string model, CalibrationKinds kinds) => string.Join('+', Enum.GetValues<CalibrationKinds>()
        .Where(kind => kind != CalibrationKinds.None && kinds.HasFlag(kind))
        .Select(kind => _ids.GetOrAdd((model, kind), _ => kind == CalibrationKinds.OptimizerState ? HashOf(StatePath(model)) : ComputeId(model, kind))));

    public IModelStatistics Of(string model, CalibrationKinds kinds) => _models.GetOrAdd((model, kinds), _ =>
    {
        var channels = kinds.HasFlag(CalibrationKinds.Channels) ? Folder(model, CalibrationKinds.Channels, kinds) : null;
        var grams = kinds.HasFlag(CalibrationKinds.Grams) ? Folder(model, CalibrationKinds.Grams, kinds) : null;
        var fisher = kinds.HasFlag(CalibrationKinds.Fisher) ? Folder(model, CalibrationKinds.Fisher, kinds) : null;
        var state = kinds.HasFlag(CalibrationKinds.OptimizerState) ? State(model) : null;
        var lastLayer = _parents[model].Config.NumHiddenLayers - 1;
        return state is not null
            ? new CalibratedModel(channels, grams, tensor => state.Find(tensor) is null ? null : state, double.NaN, lastLayer)
            : new CalibratedModel(channels, grams, tensor => fisher?.FileOf(tensor), fisher?.Facts[StatisticsComputation.RootMeanSquareFact]?.GetValue<double>() ?? 0, lastLayer);
    });

    public void Dispose()
    {
        foreach (var folder in _statistics.Values)
            folder.Dispose();
        foreach (var state in _states.Values.Where(state => state.IsValueCreated))
            state.Value.Dispose();
    }

    private StatisticsFolder Folder(string model, CalibrationKinds kind, CalibrationKinds wanted)
    {
        if (_statistics.TryGetValue((model, kind), out var known))
            return known;
        lock (_turns.GetOrAdd(model, _ => new Lock())) // all tensors of a merge ask at once
        {
            return _statistics.TryGetValue((model, kind), out known)
                ? known
                : _statistics[(model, kind)] = Open(model, kind) ?? Compute(model, kind, wanted);
        }
    }

    /// <summary>What is kept already, here or beside the recipe.</summary>
    private StatisticsFolder? Open(string model, CalibrationKinds kind)
    {
        var (place, id) = (PathOf(model, kind), ContentIdOf(model, kind));
        if (StatisticsFolder.TryOpen(place, id) is { } kept)
            return kept;
        return _known is not null && StatisticsFolder.TryCopy(Path.Combine(_known, Path.GetFileName(place)), place, id) ? StatisticsFolder.TryOpen(place, id) : null;
    }

    private StatisticsFolder Compute(string model, CalibrationKinds kind, CalibrationKinds wanted)
    {
        Require(model, kind);
        using var tokenizer = NativeTokenizer.Open(_parents[model].Path);
        var config = _parents[model].Config;
        var sequences = CalibrationSequences.Of(Texts(model), tokenizer, _recipe, config, ActivationProbe.ContextLength(config));
        if (sequences.IsEmpty)
            throw new RecipeException($"calibration: the texts of '{model}' give no sequence of two tokens or more");
        _announce($"calibration: {KindName(kind)} of {model} on {sequences.Length} sequences, {sequences.Sum(sequence => (long)sequence.Length)} tokens");
        Runs++;
        var computation = new StatisticsComputation(new ParentWeights(_parents, model), sequences, _cancellation);
        try
        {
            Write(model, kind, wanted, computation);
        }
        catch (NonFiniteModelException failure)
        {
            throw new NonFiniteModelException($"'{model}' ({_parents[model].Path}) cannot be calibrated on: {failure.Message}");
        }

        return StatisticsFolder.TryOpen(PathOf(model, kind), ContentIdOf(model, kind))
            ?? throw new CheckpointException(PathOf(model, kind), "statistics that were just written cannot be read back; the disk is faulty or something else writes there");
    }

    private void Write(string model, CalibrationKinds kind, CalibrationKinds wanted, StatisticsComputation computation)
    {
        using var writer = Writer(model, kind);
        if (kind == CalibrationKinds.Fisher)
        {
            computation.Fisher(writer, _recipe);
            writer.Complete();
        }
        else
        {
            // One pass gives both; whichever is asked for first brings the other along.
            var other = kind == CalibrationKinds.Channels ? CalibrationKinds.Grams : CalibrationKinds.Channels;
            using var second = wanted.HasFlag(other) && !Directory.Exists(PathOf(model, other)) ? Writer(model, other) : null;
            computation.Activations(kind == CalibrationKinds.Channels ? writer : second, kind == CalibrationKinds.Grams ? writer : second);
            writer.Complete();
            second?.Complete();
        }
    }

    private StatisticsFolder.Writer Writer(string model, CalibrationKinds kind) => new(PathOf(model, kind), ContentIdOf(model, kind))
    {
        Facts =
        {
            ["kind"] = KindName(kind),
            ["model"] = _parents.ContentHash(model),
            ["sequence_length"] = _recipe.SequenceLength,
            ["labels"] = kind == CalibrationKinds.Fisher ? (_recipe.FisherOfText ? "text" : "model") : null,
        },
    };

    private ImmutableArray<string> Texts(string model)
    {
        var file = _recipe.TextsOf(model) ?? throw new RecipeException(
            $"calibration: there are no texts for '{model}'; add it to 'texts', or add '{CalibrationRecipe.Default}: FILE' for models without a file of their own");
        return _texts.GetOrAdd(Path.GetFullPath(Path.Combine(_folder, file)), path => new(() => CalibrationTexts.Read(path))).Value;
    }

    private SafetensorsFile State(string model) => _states.GetOrAdd(
        model, name => new(() => OptimizerState.Open(StatePath(name), name, _parents[name]), LazyThreadSafetyMode.ExecutionAndPublication)).Value;

    private string StatePath(string model) => Path.GetFullPath(Path.Combine(_folder, _recipe.OptimizerStateOf(model) ?? throw new RecipeException(
        $"calibration: there is no optimizer state of '{model}'; add\n  calibration:\n    optimizer_states:\n      {model}: FILE.safetensors   # Adam's exp_avg_sq")));

    private string PathOf(string model, CalibrationKinds kind) => Path.Combine(_cache, $"{KindName(kind)}-{ContentIdOf(model, kind)[..24]}");

    private string ComputeId(string model, CalibrationKinds kind)
    {
        var text = new StringBuilder("evo.statistics/1\n");
        text.Append(CultureInfo.InvariantCulture, $"{KindName(kind)} {_parents.ContentHash(model)} {_recipe.Samples} {_recipe.SequenceLength} {_recipe.Tokens}\n");
        if (kind == CalibrationKinds.Fisher)
            text.Append(_recipe.FisherOfText ? "text\n" : "model\n");
        foreach (var sample in Texts(model))
            text.Append(CultureInfo.InvariantCulture, $"{sample.Length}\n{sample}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string KindName(CalibrationKinds kind) => kind.ToString().ToLowerInvariant();

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
