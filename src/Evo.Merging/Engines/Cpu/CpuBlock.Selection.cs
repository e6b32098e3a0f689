using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Which elements stay.</summary>
internal sealed unsafe partial class CpuBlock
{
    public override void DropLargest(MagnitudeCut cut) => Exclusions.DropLargest(Values, _start, cut);

    public override void KeepWhereLargest(Block score, MagnitudeCut cut) => Exclusions.KeepWhereLargest(Values, Of(score), _start, cut);

    public override void KeepAbove(float bound) => Exclusions.KeepAbove(Values, bound);

    public override void ReplaceZeros(float value) => SignVotes.ReplaceZeros(Values, value);

    public override long SumOfSigns() => SignVotes.SumOfSigns(Values);

    public override void CountNonZero(Block other) => Sharing.CountNonZero(Of(other), Values);

    public override (long NonZero, long Alone) NonZeroAndAlone(Block count) => Sharing.NonZeroAndAlone(Values, Of(count));

    public override void AddShared(Block other, Block count, float factor) => Sharing.AddShared(Of(other), Of(count), factor, Values);

    public override void MoveTowards(Block other, float distance) => Approach.MoveTowards(Values, Of(other), distance);
}
