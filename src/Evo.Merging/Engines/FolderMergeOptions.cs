namespace Evo.Merging.Engines;

/// <summary>How a merge is streamed to disk.</summary>
public sealed record FolderMergeOptions
{
    /// <summary>The smallest <see cref="MemoryBytes"/>.</summary>
    public const long LeastMemoryBytes = 16 << 20;

    /// <summary>
    /// Memory for what is computed at once. Inputs are mapped, not loaded, and go through in short runs, so that a merge takes a few megabytes whatever the size and
    /// number of the models: for each worker half a million bytes of merged elements and 32 KB an input. Methods that need whole rows, or whole
    /// tensors, of N models take N + 3 of them in float32 (one fewer without a base), and methods on matrices what they declare in <see cref="Methods.IMergeMethod.WorkOf"/>; as
    /// many are merged at a time as fit, and a merge of which one does not fit is refused before any work.
    /// </summary>
    public long MemoryBytes { get; init; } = 1 << 30;

    /// <summary>Threads; 0 for one a core.</summary>
    public int Workers { get; init; }

    /// <summary>Most bytes of tensors in one file.</summary>
    public long ShardBytes { get; init; } = 5_000_000_000;

    /// <summary>Whether a model folder that is already there may be replaced.</summary>
    public bool Overwrite { get; init; }
}
