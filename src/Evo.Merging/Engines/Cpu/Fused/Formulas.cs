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
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements => Lanes.Load<TInput>(_inputs.Models[0], index);
}

/// <summary>(Σ wᵢ θᵢ) / divisor.</summary>
internal unsafe struct WeightedSumFormula(float* weights, float divisor) : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var merged = Lanes.Zero;
        for (var model = 0; model < _inputs.Count; model++)
            merged = (Lanes.Load<TInput>(_inputs.Models[model], index) * Vector512.Create(weights[model])) + merged;
        return divisor == 1 ? merged : merged / Vector512.Create(divisor);
    }
}

/// <summary>s₀ θ₀ + s₁ θ₁.</summary>
internal unsafe struct BlendFormula(float baseShare, float modelShare) : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements =>
        (Lanes.Load<TInput>(_inputs.Models[0], index) * Vector512.Create(modelShare)) + (Lanes.Load<TInput>(_inputs.Base, index) * Vector512.Create(baseShare));
}

/// <summary>t · mean(θᵢ) + (1 - t) · θ₀: <see cref="StockKernel"/>.</summary>
internal unsafe struct StockFormula(float ratio) : IFormula
{
    private readonly float _baseShare = 1 - ratio;
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var sum = Lanes.Load<TInput>(_inputs.Models[0], index);
        for (var model = 1; model < _inputs.Count; model++)
            sum += Lanes.Load<TInput>(_inputs.Models[model], index);
        return (Lanes.Load<TInput>(_inputs.Base, index) * Vector512.Create(_baseShare)) + (sum / Vector512.Create((float)_inputs.Count) * Vector512.Create(ratio));
    }
}

/// <summary>How sums of task vectors end.</summary>
internal static class TaskVectorSums
{
    /// <summary>θ₀ + λ · sum / divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes OnBase(Lanes sum, float divisor, float lambda, Lanes start) =>
        ((divisor == 1 ? sum : sum / Vector512.Create(divisor)) * Vector512.Create(lambda)) + start;
}

/// <summary>θ₀ + λ · (Σ wᵢ τᵢ) / divisor, of task vectors as they are: <see cref="SumKernel"/>.</summary>
internal unsafe struct DenseSumFormula(float* weights, float divisor, float lambda) : IFormula
{
    private InputPointers _inputs;

    public void Place(InputPointers inputs, long start) => _inputs = inputs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var start = Lanes.Load<TInput>(_inputs.Base, index);
        var merged = Lanes.Zero;
        for (var model = 0; model < _inputs.Count; model++)
            merged = ((Lanes.Load<TInput>(_inputs.Models[model], index) - start) * Vector512.Create(weights[model])) + merged;
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
        TaskVectorShares.Place(shares, inputs.Count, start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements
    {
        var start = Lanes.Load<TInput>(_inputs.Base, index);
        var indices = TInput.Indices + Vector512.Create((uint)index);
        var merged = Lanes.Zero;
        for (var model = 0; model < _inputs.Count; model++)
            merged = TaskVectorShares.Delta(in shares[model], Lanes.Load<TInput>(_inputs.Models[model], index) - start, indices) + merged;
        return TaskVectorSums.OnBase(merged, divisor, lambda, start);
    }
}
