using System.Collections.Concurrent;
using Evo.Checkpoints.Models;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// What was computed once for a tensor of the base and of one model, independent of parameter values. A computation that fails or is cancelled
/// is not kept.
/// </summary>
internal sealed class PreparedCache
{
    private readonly ConcurrentDictionary<Key, Lazy<object>> _values = new();

    public T GetOrCompute<T>(string what, TensorSource? @base, TensorSource model, Func<T> compute)
        where T : notnull
    {
        var key = new Key(what, @base?.Folder, @base?.Tensor.Name, model.Folder, model.Tensor.Name);
        return (T)_values.GetOrAdd(key, _ => new Lazy<object>(() => compute(), LazyThreadSafetyMode.PublicationOnly)).Value;
    }

    private sealed record Key(string What, ModelFolder? Base, string? BaseTensor, ModelFolder Model, string ModelTensor);
}
