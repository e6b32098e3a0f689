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
    private readonly MaskKey _key = share.Sparsity.Mask ?? default;
    private readonly uint _bound = MaskKey.Bound(share.Sparsity.Density);
    private int _smallest;
    private uint _firstCounter;
    private uint _secondWord;

    public float Factor { get; } = share.Sparsity.Factor;

    public float Weight { get; } = share.Weight;

    public bool IsRandom { get; } = share.Sparsity is { Mask: not null, Density: < 1 };

    /// <summary>Whether nothing else is done to the task vector than what is done here.</summary>
    public static bool Covers(TaskVectorShare share) =>
        share.Sparsity is var sparsity && sparsity == new Sparsity(Cut: sparsity.Cut, Mask: sparsity.Mask, Density: sparsity.Density, Factor: sparsity.Factor);

    /// <summary>Elements from <paramref name="start"/> on for which <see cref="Place"/> holds.</summary>
    public readonly long Reach(long start)
    {
        var counters = (1L << 32) - (start & uint.MaxValue);
        return start <= _cut.LastTie && _cut.LastTie - start < counters ? _cut.LastTie - start + 1 : counters;
    }

    public void Place(long start)
    {
        _smallest = _cut == MagnitudeCut.Everything ? Everything : BitConverter.SingleToInt32Bits(_cut.Threshold) + (start <= _cut.LastTie ? 0 : 1);
        _firstCounter = (uint)start + _key.First;
        _secondWord = _key.SecondWord(start);
    }

    /// <summary>Zeroes what the cut and the mask leave out, and scales by <see cref="Factor"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> Sparse(Vector512<float> taskVector, nuint index)
    {
        var magnitude = taskVector.AsInt32() & Vector512.Create(Masks.MagnitudeBits);
        var kept = Vector512.ConditionalSelect(
            Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(_smallest)), taskVector.AsInt32(), Vector512<int>.Zero);
        if (IsRandom)
            kept &= Vector512.LessThan(MaskKey.Draws(_firstCounter + (uint)index, _secondWord), Vector512.Create(_bound)).AsInt32()
                | Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(Infinity));
        return kept.AsSingle() * Vector512.Create(Factor);
    }
}
