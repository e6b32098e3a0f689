using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// What was computed once for a tensor of the base and of models, independent of parameter values. A computation that fails or is cancelled is not kept.
/// </summary>
internal sealed class PreparedCache
{
    private readonly ConcurrentDictionary<Key, Lazy<object>> _values = new();

    /// <param name="models">The models that it was computed of, in order.</param>
    public T GetOrCompute<T>(string what, TensorSource? @base, ImmutableArray<TensorSource> models, Func<T> compute)
        where T : notnull =>
        (T)_values.GetOrAdd(new Key(what, @base, models), _ => new Lazy<object>(() => compute(), LazyThreadSafetyMode.PublicationOnly)).Value;

    private readonly struct Key(string what, TensorSource? @base, ImmutableArray<TensorSource> models) : IEquatable<Key>
    {
        private readonly string _what = what;
        private readonly TensorSource? _base = @base;
        private readonly ImmutableArray<TensorSource> _models = models;

        public bool Equals(Key other) => _what == other._what && _base == other._base && _models.SequenceEqual(other._models);

        public override bool Equals(object? other) => other is Key key && Equals(key);

        public override int GetHashCode() => _models.Aggregate(HashCode.Combine(_what, _base), HashCode.Combine);
    }
}
