using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary><see cref="SignElectionKernel"/> of any number of models: the weighted deltas wait in <paramref name="deltas"/> while the vote is counted.</summary>
internal unsafe struct SignElectionFormula<TShare>(TShare* shares, Lanes* deltas, SignElectionKernel kernel) : IFormula
    where TShare : unmanaged, ITaskVectorShare<TShare>
{
    private readonly bool _normalize = kernel.Normalize;
    private readonly float _smallestDivisor = kernel.SmallestDivisor;
    private readonly float _lambda = kernel.Lambda;
    private readonly ElectionConstants _constants = new();
    private Lanes* _end;
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start)
    {
        _inputs = inputs;
        _end = deltas + inputs.Count;
        TaskVectorShares.Place(shares, inputs.Count, start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var start = Lanes.Load<TInput>(_inputs.Base, index);
        var indices = TInput.Indices + Vector512.Create((uint)index);
        var vote = Lanes.Zero;
        var model = _inputs.Models;
        var share = shares;
        for (var delta = deltas; delta < _end; delta++, share++, model++)
        {
            *delta = TaskVectorShares.Delta(in *share, Lanes.Load<TInput>(*model, index) - start, indices);
            vote += *delta;
        }

        var election = new Election<SummedDivisor>(vote, Vector512<float>.Zero, _constants);
        share = shares;
        for (var delta = deltas; delta < _end; delta++, share++)
            election.Add(*delta, share->Weight);
        var merged = _normalize ? election.Sum / Kept(election.Tally) : election.Sum;
        return (merged * Vector512.Create(_lambda)) + start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Lanes Kept(Lanes divisor) =>
        Avx512F.IsSupported ? new(Kept(divisor.First), Kept(divisor.Second)) : new(Kept(divisor.First));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector512<float> Kept(Vector512<float> divisor)
    {
        var kept = divisor;
        if (_smallestDivisor > 0)
        {
            var smallest = Vector512.Create(_smallestDivisor);
            kept = Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(divisor), smallest), Vector512.CopySign(smallest, divisor), divisor);
        }

        return Vector512.ConditionalSelect(Vector512.Equals(divisor, Vector512<float>.Zero), Vector512<float>.One, kept);
    }
}
