using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>What a <see cref="SparseShare"/> is when its task vector is cut below a magnitude and nothing else, as in TIES: fewer operations.</summary>
internal struct TrimmedShare(TaskVectorShare share) : ITaskVectorShare<TrimmedShare>
{
    private readonly MagnitudeCut _cut = share.Sparsity.Cut ?? MagnitudeCut.Everything;
    private Vector512<int> _smallest;

    public Vector512<float> Weight { get; } = Vector512.Create(share.Weight);

    public static TrimmedShare Of(TaskVectorShare share) => new(share);

    /// <summary>Whether nothing else is done to the task vector than what is done here.</summary>
    public static bool Covers(TaskVectorShare share) =>
        share.Sparsity is { Outliers: null, Spread: null, Factor: 1 } and ({ Mask: null } or { Density: >= 1 });

    public readonly long Reach(long start) => _cut.Reach(start);

    public void Place(long start) => _smallest = Vector512.Create(_cut.First(start));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> Delta(Vector512<float> taskVector, Vector512<uint> indices)
    {
        var isKept = Vector512.GreaterThanOrEqual(taskVector.AsInt32() & Vector512.Create(Masks.MagnitudeBits), _smallest);
        return Vector512.ConditionalSelect(isKept.AsSingle(), taskVector * Weight, Vector512<float>.Zero);
    }
}
