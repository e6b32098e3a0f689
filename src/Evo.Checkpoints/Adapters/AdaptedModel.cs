using System.Collections.Frozen;
using Evo.Checkpoints.Models;

namespace Evo.Checkpoints.Adapters;

/// <summary>A base under an adapter: which of its tensors the adapter changes, and how. Nothing is copied; both folders must outlive it.</summary>
public sealed class AdaptedModel
{
    private readonly FrozenDictionary<string, AdaptedTensorData> _changed;

    private AdaptedModel(ModelFolder @base, AdapterFolder adapter, Dictionary<string, AdaptedTensorData> changed)
    {
        Base = @base;
        Adapter = adapter;
        _changed = changed.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public ModelFolder Base { get; }

    public AdapterFolder Adapter { get; }

    /// <summary>Fits an adapter to a base.</summary>
    /// <exception cref="CheckpointException">
    /// The adapter was made for another base: it names a module that the base does not have, or of another shape; or it changes a tied head alone. The
    /// message names file, tensor and remedy.
    /// </exception>
    public static AdaptedModel Of(ModelFolder @base, AdapterFolder adapter)
    {
        ArgumentNullException.ThrowIfNull(@base);
        ArgumentNullException.ThrowIfNull(adapter);
        return new AdaptedModel(@base, adapter, AdapterFit.Of(@base, adapter));
    }

    /// <summary>A tensor of the base as the adapter changes it; null when it does not.</summary>
    public AdaptedTensorData? Find(string tensor) => _changed.GetValueOrDefault(tensor);
}
