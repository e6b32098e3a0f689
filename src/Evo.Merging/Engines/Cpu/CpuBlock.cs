using System.Numerics.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>A block in native memory: its own, or a piece of the candidate buffer.</summary>
internal sealed unsafe class CpuBlock : Block
{
    private float* _data;
    private long _start;
    private int _length;

    public override int Length => _length;

    public Span<float> Values => new(_data, _length);

    /// <summary>Moves the block: onto which memory, and which elements of the tensor it stands for.</summary>
    public void Place(float* data, long start, int length)
    {
        _data = data;
        _start = start;
        _length = length;
    }

    public override void Clear() => Values.Clear();

    public override void CopyFrom(Block other) => Of(other).CopyTo(Values);

    public override void Add(Block other) => TensorPrimitives.Add(Values, Of(other), Values);

    public override void Subtract(Block other) => TensorPrimitives.Subtract(Values, Of(other), Values);

    public override void Scale(float factor) => TensorPrimitives.Multiply(Values, factor, Values);

    public override void Divide(float divisor) => TensorPrimitives.Divide(Values, divisor, Values);

    public override void AddScaled(Block other, float factor) => TensorPrimitives.MultiplyAdd(Of(other), factor, Values, Values);

    public override void Multiply(Block other) => TensorPrimitives.Multiply(Values, Of(other), Values);

    public override void Shift(float amount) => TensorPrimitives.Add(Values, amount, Values);

    public override void Maximum(Block other) => TensorPrimitives.Max(Values, Of(other), Values);

    public override void Clamp(float low, float high) => Elementwise.Clamp(Values, low, high);

    public override void Absolute() => TensorPrimitives.Abs(Values, Values);

    public override void Exponential() => Elementwise.Exponential(Values);

    public override void HyperbolicTangent() => Elementwise.HyperbolicTangent(Values);

    public override void MarkPositive() => Elementwise.MarkPositive(Values);

    public override void MarkLargest(MagnitudeCut cut) => Masks.MarkLargest(Values, _start, cut);

    public override void ScaleColumns(ReadOnlySpan<float> factors) => Elementwise.ScaleColumns(Values, _start, factors);

    public override void ScaleRows(ReadOnlySpan<float> factors, int rowLength) => Elementwise.ScaleRows(Values, _start, factors, rowLength);

    public override ReadOnlySpan<float> OnHost() => Values;

    public override void KeepLargest(MagnitudeCut cut) => Masks.KeepLargest(Values, _start, cut);

    public override void KeepRandom(MaskKey key, double density) => Masks.KeepRandom(Values, _start, key, density);

    public override void AddAgreeing(Block delta, Block vote) => SignVotes.AddAgreeing(Of(delta), Of(vote), Values);

    public override void AddWhereAgreeing(Block delta, Block vote, float amount) => SignVotes.AddWhereAgreeing(Of(delta), Of(vote), amount, Values);

    public override void DivideBy(Block divisor, float smallest) => SignVotes.DivideBy(Values, Of(divisor), smallest);

    public override double Dot(Block other) => Reductions.Dot(Values, Of(other));

    public override double SumOfMagnitudes() => Reductions.SumOfMagnitudes(Values);

    private static Span<float> Of(Block block) => ((CpuBlock)block).Values;
}
