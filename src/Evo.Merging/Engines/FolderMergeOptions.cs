namespace Evo.Merging.Engines;

/// <summary>How a merge is streamed to disk.</summary>
public sealed record FolderMergeOptions
{
    /// <summary>The smallest <see cref="MemoryBytes"/>.</summary>
    public const long LeastMemoryBytes = 16 << 20;

    /// <summary>
    /// Memory for merged values on their way to disk; tensors that are larger go in blocks. Inputs are mapped, not loaded. Beside it a worker takes 32 KB an
    /// input model and about 2 MB while thresholds are determined.
    /// </summary>
    public long MemoryBytes { get; init; } = 1 << 30;

    /// <summary>Threads; 0 for one a core.</summary>
    public int Workers { get; init; }

    /// <summary>Most bytes of tensors in one file.</summary>
    public long ShardBytes { get; init; } = 5_000_000_000;

    /// <summary>Whether a model folder that is already there may be replaced.</summary>
    public bool Overwrite { get; init; }
}
