using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// What was computed once for a tensor of the base and of models, independent of parameter values, within a number of bytes. Candidates touch all tensors in
/// turn, so the newcomer gives way, not the oldest entry: only what the last two merges did not ask for is dropped to make room. A value that
/// finds none is computed again at its next use. A computation that fails or is cancelled is not kept.
/// </summary>
internal sealed class PreparedCache(long capacity = long.MaxValue)
{
    private readonly ConcurrentDictionary<Key, Entry> _entries = new();
    private readonly Lock _room = new();
    private int _merge;

    /// <summary>Bytes of what is kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>A new merge begins: what goes unused for two of them may be dropped.</summary>
    public void NextMerge() => Interlocked.Increment(ref _merge);

    /// <summary>Whether a value of that size would be kept.</summary>
    public bool HasRoomFor(long bytes)
    {
        lock (_room)
        {
            return bytes <= capacity - Bytes || bytes <= capacity - _entries.Values.Where(entry => !IsIdle(entry)).Sum(entry => entry.Bytes);
        }
    }

    /// <param name="models">The models that it was computed of, in order.</param>
    public T GetOrCompute<T>(string what, TensorSource? @base, ImmutableArray<TensorSource> models, Func<T> compute)
        where T : notnull
    {
        var key = new Key(what, @base, models);
        if (_entries.TryGetValue(key, out var known))
            return (T)known.Used(_merge);
        var value = compute();
        var entry = new Entry(value, PreparedSize.Of(value));
        lock (_room)
        {
            if (_entries.TryGetValue(key, out known))
                return (T)known.Used(_merge); // another thread was first
            if (!MakeRoom(entry.Bytes))
                return value;
            entry.Used(_merge);
            _entries[key] = entry;
            Bytes += entry.Bytes;
            return value;
        }
    }

    private bool MakeRoom(long bytes)
    {
        if (bytes <= capacity - Bytes)
            return true;
        foreach (var (key, entry) in _entries.Where(pair => IsIdle(pair.Value)).OrderBy(pair => pair.Value.LastUse).ToArray())
        {
            if (_entries.TryRemove(key, out _))
                Bytes -= entry.Bytes;
            if (bytes <= capacity - Bytes)
                return true;
        }

        return false;
    }

    private bool IsIdle(Entry entry) => _merge - entry.LastUse > 1;

    private sealed class Entry(object value, long bytes)
    {
        private int _lastUse;

        public long Bytes { get; } = bytes;

        public int LastUse => _lastUse;

        public object Used(int merge)
        {
            _lastUse = merge;
            return value;
        }
    }

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
