using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>One model's part of a sum of task vectors, for a stretch of elements in which the cut does not change.</summary>
internal struct SparseShare(TaskVectorShare share)
{
    private const int Everything = 0;
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

    public float Weight { get; } = share.Weight;

    private readonly bool _hasOutliers = share.Sparsity.Outliers is not null;

    public bool IsRandom { get; } = share.Sparsity is { Mask: not null, Density: < 1 };

    /// <summary>Whether nothing else is done to the task vector than what is done here.</summary>
    public static bool Covers(TaskVectorShare share) =>
        share.Sparsity is var sparsity && sparsity == new Sparsity(Cut: sparsity.Cut, Mask: sparsity.Mask, Density: sparsity.Density, Factor: sparsity.Factor,
            Outliers: sparsity.Outliers);

    /// <summary>Elements from <paramref name="start"/> on for which <see cref="Place"/> holds.</summary>
    public readonly long Reach(long start)
    {
        var counters = (1L << 32) - (start & uint.MaxValue);
        return Math.Min(counters, Math.Min(Ties(_cut, start), Ties(_outliers, start)));

        static long Ties(MagnitudeCut cut, long start) => start <= cut.LastTie && cut.LastTie < long.MaxValue ? cut.LastTie - start + 1 : long.MaxValue;
    }

    public void Place(long start)
    {
        _smallest = _cut == MagnitudeCut.Everything ? Everything : First(_cut, start);
        _firstOutlier = First(_outliers, start);
        _firstCounter = (uint)start + _key.First;
        _secondWord = _key.SecondWord(start);
    }

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

    /// <summary>The smallest magnitude, as bits, that a cut takes in from <paramref name="start"/> on.</summary>
    private static int First(MagnitudeCut cut, long start) => BitConverter.SingleToInt32Bits(cut.Threshold) + (start <= cut.LastTie ? 0 : 1);
}
