using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>The share of a model whose task vector is made sparse by cuts and by drawing.</summary>
internal struct SparseShare(TaskVectorShare share) : ITaskVectorShare<SparseShare>
{
    private const int Infinity = 0x7F800000;

    private readonly MagnitudeCut _cut = share.Sparsity.Cut ?? MagnitudeCut.Everything;
    private readonly MagnitudeCut _outliers = share.Sparsity.Outliers ?? MagnitudeCut.Nothing;
    private readonly MaskKey _key = share.Sparsity.Mask ?? default;
    private readonly uint _bound = MaskKey.Bound(share.Sparsity.Density);
    private int _smallest;
    private int _firstOutlier;
    private uint _firstCounter;
    private uint _secondWord;

    public float Factor { get; } = share.Sparsity.Factor;

    private readonly float _weight = share.Weight;

    public readonly Vector512<float> Weight => Vector512.Create(_weight);

    private readonly bool _hasOutliers = share.Sparsity.Outliers is not null;

    public bool IsRandom { get; } = share.Sparsity is { Mask: not null, Density: < 1 };

    /// <summary>Whether nothing else is done to the task vector than what is done here.</summary>
    public static bool Covers(TaskVectorShare share) =>
        share.Sparsity is var sparsity && sparsity == new Sparsity(Cut: sparsity.Cut, Mask: sparsity.Mask, Density: sparsity.Density, Factor: sparsity.Factor,
            Outliers: sparsity.Outliers);

    public static SparseShare Of(TaskVectorShare share) => new(share);

    public readonly long Reach(long start) => Math.Min((1L << 32) - (start & uint.MaxValue), Math.Min(_cut.Reach(start), _outliers.Reach(start)));

    public void Place(long start)
    {
        _smallest = _cut.First(start);
        _firstOutlier = _outliers.First(start);
        _firstCounter = (uint)start + _key.First;
        _secondWord = _key.SecondWord(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> Delta(Vector512<float> taskVector, Vector512<uint> indices) => Sparse(taskVector, indices) * Weight;

    /// <summary>Zeroes what the cuts and the mask leave out, and scales by <see cref="Factor"/>.</summary>
    /// <param name="indices">Which elements the lanes hold.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> Sparse(Vector512<float> taskVector, Vector512<uint> indices)
    {
        var magnitude = taskVector.AsInt32() & Vector512.Create(Masks.MagnitudeBits);
        var kept = Vector512.ConditionalSelect(
            Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(_smallest)), taskVector.AsInt32(), Vector512<int>.Zero);
        if (_hasOutliers)
            kept &= Vector512.LessThan(magnitude, Vector512.Create(_firstOutlier)) | IsInfinite(magnitude);
        if (IsRandom)
            kept &= Vector512.LessThan(MaskKey.Draws(indices + Vector512.Create(_firstCounter), _secondWord), Vector512.Create(_bound)).AsInt32() | IsInfinite(magnitude);
        return kept.AsSingle() * Vector512.Create(Factor);
    }

    /// <summary>What is infinite, or no number, is never lost, so that a defect of a model is seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> IsInfinite(Vector512<int> magnitude) => Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(Infinity));
}
