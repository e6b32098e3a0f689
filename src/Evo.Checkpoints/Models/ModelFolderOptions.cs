namespace Evo.Checkpoints.Models;

/// <summary>How a model folder is written.</summary>
public sealed record ModelFolderOptions
{
    /// <summary>
    /// Most bytes of tensors in one file (a larger tensor gets a file of its own); 5 GB, as Transformers and mergekit have it.
    /// </summary>
    public long ShardBytes { get; init; } = 5_000_000_000;

    /// <summary>Bytes of files that will be added beside the weights, for which there must be room too.</summary>
    public long OtherBytes { get; init; }

    /// <summary>Whether a model folder that is already there may be replaced. Other folders never are, unless they are empty.</summary>
    public bool Overwrite { get; init; }
}
