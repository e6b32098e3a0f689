using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Planning;

namespace Evo.Merging.ReadBudgets;

/// <summary>
/// Block statistics of the task vectors that a plan reads, kept in a folder: one small file for each model (20 bytes for 65,536 elements), named by the
/// content of base and model, so that it is computed once for any number of recipes. A file that is damaged is computed anew.
/// </summary>
public sealed class TaskVectorCatalog
{
    private readonly ImmutableArray<ImmutableArray<ImmutableArray<BlockStatistics>>> _blocks;

    private TaskVectorCatalog(ImmutableArray<ImmutableArray<ImmutableArray<BlockStatistics>>> blocks, int filesRead, int filesMade)
    {
        (_blocks, FilesRead, FilesMade) = (blocks, filesRead, filesMade);
    }

    /// <summary>Files that were there and sound.</summary>
    public int FilesRead { get; }

    /// <summary>Files that were made, each of which took a pass over the base and its model.</summary>
    public int FilesMade { get; }

    /// <summary>Statistics of a model's blocks in a tensor of the plan.</summary>
    /// <param name="tensor">Position in <see cref="MergePlan.Tensors"/>.</param>
    /// <param name="model">Position in <see cref="PlannedTensor.Models"/>.</param>
    public ImmutableArray<BlockStatistics> Blocks(int tensor, int model) => _blocks[tensor][model];

    /// <summary>Reads what the folder has and computes the rest.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="workers">Threads; 0 for one a core.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The folder cannot be written to.</exception>
    public static TaskVectorCatalog Open(MergePlan plan, string folder, int workers = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var threads = new CpuWorkers(workers);
        var blocks = plan.Tensors.Select(tensor => new ImmutableArray<BlockStatistics>[tensor.Models.Length]).ToArray();
        var (read, made) = (0, 0);
        foreach (var group in Parts(plan).GroupBy(part => part.Source.Model, StringComparer.Ordinal))
        {
            var parts = group.ToArray();
            var counts = parts.Select(part => BlockStatistics.CountOf(part.Source.Tensor.ElementCount)).ToArray();
            var file = new CatalogFile(folder, Identity(parts), counts);
            var known = file.Read();
            if (known is null)
            {
                known = [.. parts.Select(part => TaskVectorBlocks.Of(part.Base, part.Source, threads, cancellation))];
                file.Write(known.Value);
                made++;
            }
            else
            {
                read++;
            }

            foreach (var (part, statistics) in parts.Zip(known.Value))
                blocks[part.Tensor][part.Model] = statistics;
        }

        return new TaskVectorCatalog([.. blocks.Select(tensor => tensor.ToImmutableArray())], read, made);
    }

    private static IEnumerable<Part> Parts(MergePlan plan) => plan.Tensors.SelectMany((tensor, index) => tensor.Base is { } @base
        ? tensor.Models.Select((source, model) => new Part(index, model, @base, source))
        : []);

    private static byte[] Identity(Part[] parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Base.ContentId}\n{part.Source.ContentId}\n{part.Source.Tensor.ElementCount}\n"));
        return hash.GetHashAndReset();
    }

    private sealed record Part(int Tensor, int Model, TensorSource Base, TensorSource Source);
}
