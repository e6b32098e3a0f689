using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Stock;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>The first input, unchanged.</summary>
internal unsafe struct CopyFormula : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> At<TInput>(nuint index)
        where TInput : struct, IInputElements => TInput.Load(_inputs.Models[0], index);
}

/// <summary>(Σ wᵢ θᵢ) / divisor.</summary>
internal unsafe struct WeightedSumFormula(float* weights, float divisor) : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var merged = Vector512<float>.Zero;
        for (var model = 0; model < _inputs.Count; model++)
            merged = (TInput.Load(_inputs.Models[model], index) * Vector512.Create(weights[model])) + merged;
        return divisor == 1 ? merged : merged / Vector512.Create(divisor);
    }
}

/// <summary>s₀ θ₀ + s₁ θ₁.</summary>
internal unsafe struct BlendFormula(float baseShare, float modelShare) : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> At<TInput>(nuint index)
        where TInput : struct, IInputElements =>
        (TInput.Load(_inputs.Models[0], index) * Vector512.Create(modelShare)) + (TInput.Load(_inputs.Base, index) * Vector512.Create(baseShare));
}

/// <summary>t · mean(θᵢ) + (1 - t) · θ₀: <see cref="StockKernel"/>.</summary>
internal unsafe struct StockFormula(float ratio) : IFormula
{
    private readonly float _baseShare = 1 - ratio;
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var sum = TInput.Load(_inputs.Models[0], index);
        for (var model = 1; model < _inputs.Count; model++)
            sum += TInput.Load(_inputs.Models[model], index);
        return (TInput.Load(_inputs.Base, index) * Vector512.Create(_baseShare)) + (sum / Vector512.Create((float)_inputs.Count) * Vector512.Create(ratio));
    }
}

/// <summary>How sums of task vectors end.</summary>
internal static class TaskVectorSums
{
    /// <summary>θ₀ + λ · sum / divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OnBase(Vector512<float> sum, float divisor, float lambda, Vector512<float> start) =>
        ((divisor == 1 ? sum : sum / Vector512.Create(divisor)) * Vector512.Create(lambda)) + start;
}

/// <summary>θ₀ + λ · (Σ wᵢ τᵢ) / divisor, of task vectors as they are: <see cref="SumKernel"/>.</summary>
internal unsafe struct DenseSumFormula(float* weights, float divisor, float lambda) : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var start = TInput.Load(_inputs.Base, index);
        var merged = Vector512<float>.Zero;
        for (var model = 0; model < _inputs.Count; model++)
            merged = ((TInput.Load(_inputs.Models[model], index) - start) * Vector512.Create(weights[model])) + merged;
        return TaskVectorSums.OnBase(merged, divisor, lambda, start);
    }
}

/// <summary>The same of task vectors that are made sparse.</summary>
internal unsafe struct TaskVectorSumFormula(SparseShare* shares, float divisor, float lambda) : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start)
    {
        _inputs = inputs;
        for (var model = 0; model < inputs.Count; model++)
            shares[model].Place(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var start = TInput.Load(_inputs.Base, index);
        var indices = TInput.Indices + Vector512.Create((uint)index);
        var merged = Vector512<float>.Zero;
        for (var model = 0; model < _inputs.Count; model++)
            merged = shares[model].Delta(TInput.Load(_inputs.Models[model], index) - start, indices) + merged;
        return TaskVectorSums.OnBase(merged, divisor, lambda, start);
    }
}

/// <summary><see cref="SignElectionKernel"/>: the weighted deltas wait in <paramref name="deltas"/> while the vote is counted.</summary>
internal unsafe struct SignElectionFormula<TShare>(TShare* shares, Vector512<float>* deltas, SignElectionKernel kernel) : IFormula
    where TShare : unmanaged, ITaskVectorShare<TShare>
{
    private readonly bool _normalize = kernel.Normalize;
    private readonly float _smallestDivisor = kernel.SmallestDivisor;
    private readonly float _lambda = kernel.Lambda;
    private Vector512<float>* _end;
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start)
    {
        _inputs = inputs;
        _end = deltas + inputs.Count;
        for (var model = 0; model < inputs.Count; model++)
            shares[model].Place(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<float> At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var start = TInput.Load(_inputs.Base, index);
        var indices = TInput.Indices + Vector512.Create((uint)index);
        var vote = Vector512<float>.Zero;
        var model = _inputs.Models;
        var share = shares;
        for (var delta = deltas; delta < _end; delta++, share++, model++)
        {
            *delta = share->Delta(TInput.Load(*model, index) - start, indices);
            vote += *delta;
        }

        // Turned by the sign of the vote, what agrees is positive and the rest adds nothing. A vote of zero counts as plus: it is never -0, because it began at +0.
        // NaN comes through as the second operand: with the two changed about, x86 would lose it. What the divisor is then does not matter.
        var sign = vote & Vector512.Create(-0f);
        var merged = Vector512<float>.Zero;
        var divisor = Vector512<float>.Zero;
        share = shares;
        for (var delta = deltas; delta < _end; delta++, share++)
        {
            var agreeing = Vector512.MaxNative(Vector512<float>.Zero, *delta ^ sign);
            merged += agreeing;
            divisor += Vector512.ConditionalSelect(Vector512.GreaterThan(agreeing, Vector512<float>.Zero), Vector512.Create(share->Weight), Vector512<float>.Zero);
        }

        merged ^= sign;
        if (_normalize)
            merged /= Kept(divisor);
        return (_lambda == 1 ? merged : merged * Vector512.Create(_lambda)) + start;
    }

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
