using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Diagnostics;

/// <summary>One tensor of a diagnosed parent.</summary>
public sealed record TensorDiagnosis(string Name, TensorPlace Place, long Elements, StaticSignals Signals);

/// <summary>The static diagnosis of one model: the signals of each of its floating-point tensors.</summary>
/// <param name="Model">The name that it was asked for by.</param>
/// <param name="ContentHash">Of the model folder: the diagnosis holds for this content.</param>
public sealed record ParentDiagnosis(string Model, string ContentHash, ImmutableArray<TensorDiagnosis> Tensors)
{
    /// <summary>Reads the model twice, in pieces.</summary>
    /// <param name="workers">Threads; 0 for one a core.</param>
    public static ParentDiagnosis Of(ModelFolder folder, string model, int workers = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        using var threads = new CpuWorkers(workers);
        var tensors = folder.Tensors.Where(tensor => tensor.Type.IsFloatingPoint()).Select(tensor => new TensorDiagnosis(
            tensor.Name,
            TensorPlaces.Of(tensor.Name),
            tensor.ElementCount,
            SignalScan.Of((first, values) => folder.ReadFloats(tensor.Name, first, values), tensor.ElementCount, threads, cancellation)));
        return new ParentDiagnosis(model, folder.ContentHash, [.. tensors]);
    }
}
