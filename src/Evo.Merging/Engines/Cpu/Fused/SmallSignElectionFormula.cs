using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>
/// The same as <see cref="SignElectionFormula{TShare}"/> for few trimmed models (<see cref="SmallSignElection"/>): the deltas stay in registers, and the divisor needs no
/// guard.
/// </summary>
internal unsafe struct SmallSignElectionFormula<TCount, TDivisor>(TrimmedShare* shares, TDivisor divisor, float lambda) : IFormula
    where TCount : struct, IModelCount
    where TDivisor : struct, IElectedDivisor
{
    private readonly bool _scales = lambda != 1;
    private readonly ElectionConstants _constants = new();
    private TrimmedShare _one;
    private TrimmedShare _two;
    private TrimmedShare _three;
    private TrimmedShare _four;
    private byte* _base;
    private byte* _first;
    private byte* _second;
    private byte* _third;
    private byte* _fourth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Place(InputPointers inputs, long start)
    {
        _base = inputs.Base;
        _first = inputs.Models[0];
        _second = inputs.Models[1];
        _third = TCount.Models > 2 ? inputs.Models[2] : null;
        _fourth = TCount.Models > 3 ? inputs.Models[3] : null;
        TaskVectorShares.Place(shares, TCount.Models, start);
        _one = shares[0];
        _two = shares[1];
        if (TCount.Models > 2)
            _three = shares[2];
        if (TCount.Models > 3)
            _four = shares[3];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var start = Lanes.Load<TInput>(_base, index);
        var indices = TInput.Indices + Vector512.Create((uint)index);
        var first = TaskVectorShares.Delta(in _one, Lanes.Load<TInput>(_first, index) - start, indices);
        var second = TaskVectorShares.Delta(in _two, Lanes.Load<TInput>(_second, index) - start, indices);
        var (third, fourth) = (Lanes.Zero, Lanes.Zero);
        var vote = first + second;
        if (TCount.Models > 2)
            vote += third = TaskVectorShares.Delta(in _three, Lanes.Load<TInput>(_third, index) - start, indices);
        if (TCount.Models > 3)
            vote += fourth = TaskVectorShares.Delta(in _four, Lanes.Load<TInput>(_fourth, index) - start, indices);

        var election = new Election<TDivisor>(vote, divisor.Empty, _constants);
        election.AddFirst(first, divisor.Ballot(0, _one.Weight));
        election.Add(second, divisor.Ballot(1, _two.Weight));
        if (TCount.Models > 2)
            election.Add(third, divisor.Ballot(2, _three.Weight));
        if (TCount.Models > 3)
            election.Add(fourth, divisor.Ballot(3, _four.Weight));
        var merged = divisor.Divide(election.Sum, election.Tally);
        return (_scales ? merged * Vector512.Create(lambda) : merged) + start;
    }
}
