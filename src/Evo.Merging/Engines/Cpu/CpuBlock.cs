using System.Numerics.Tensors;
using Evo.Checkpoints.Adapters;
using Evo.Merging.Engines.Cpu.Fused;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// A block in native memory: its own, or a piece of the candidate buffer. Elements that a model stores as bf16 stay in their file until an operation needs them in
/// float32; differences, sums and products are taken from where they lie.
/// </summary>
internal sealed unsafe partial class CpuBlock : Block
{
    private float* _data;
    private byte* _stored;
    private long _start;
    private int _length;

    public override int Length => _length;

    public Span<float> Values => new(Pointer, _length);

    /// <summary>The values in float32, read from the file when they were not yet.</summary>
    public float* Pointer
    {
        get
        {
            if (_stored is not null)
                BlockArithmetic.Copy<BFloat16Input>(_stored, _data, _length);
            _stored = null;
            return _data;
        }
    }

    /// <summary>Moves the block: onto which memory, and which elements of the tensor it stands for.</summary>
    public void Place(float* data, long start, int length)
    {
        _data = data;
        _stored = null;
        _start = start;
        _length = length;
    }

    /// <summary>The same for elements that lie in a mapped file as bf16.</summary>
    public void PlaceOver(byte* stored, float* data, long start, int length)
    {
        Place(data, start, length);
        _stored = stored;
    }

    public override void Clear()
    {
        _stored = null;
        Values.Clear();
    }

    public override void CopyFrom(Block other)
    {
        _stored = null;
        var source = (CpuBlock)other;
        if (source._stored is null)
            source.Values.CopyTo(Values);
        else
            BlockArithmetic.Copy<BFloat16Input>(source._stored, _data, _length);
    }

    public override void Add(Block other)
    {
        var addend = (CpuBlock)other;
        if (addend._stored is null)
            BlockArithmetic.Add<SingleInput>((byte*)addend.Pointer, Pointer, _length);
        else
            BlockArithmetic.Add<BFloat16Input>(addend._stored, Pointer, _length);
    }

    public override void Subtract(Block other)
    {
        var subtrahend = (CpuBlock)other;
        switch (_stored is null, subtrahend._stored is null)
        {
            case (false, false):
                BlockArithmetic.Subtract<BFloat16Input, BFloat16Input>(_stored, subtrahend._stored, _data, _length);
                break;
            case (false, true):
                BlockArithmetic.Subtract<BFloat16Input, SingleInput>(_stored, (byte*)subtrahend._data, _data, _length);
                break;
            case (true, false):
                BlockArithmetic.Subtract<SingleInput, BFloat16Input>((byte*)_data, subtrahend._stored, _data, _length);
                break;
            default:
                BlockArithmetic.Subtract<SingleInput, SingleInput>((byte*)_data, (byte*)subtrahend._data, _data, _length);
                break;
        }

        _stored = null;
    }

    public override void Scale(float factor) => TensorPrimitives.Multiply(Values, factor, Values);

    public override void Divide(float divisor) => TensorPrimitives.Divide(Values, divisor, Values);

    public override void AddScaled(Block other, float factor)
    {
        var addend = (CpuBlock)other;
        if (addend._stored is null)
            BlockArithmetic.AddScaled<SingleInput>((byte*)addend.Pointer, factor, Pointer, _length);
        else
            BlockArithmetic.AddScaled<BFloat16Input>(addend._stored, factor, Pointer, _length);
    }

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

    public override void AddColumnProducts(Block other, Span<double> sums) => Reductions.AddColumnProducts(Values, Of(other), _start, sums);

    public override void RowDots(Block other, Span<double> dots)
    {
        var rowLength = dots.IsEmpty ? 0 : _length / dots.Length;
        for (var row = 0; row < dots.Length; row++)
            dots[row] = Reductions.Dot(Values.Slice(row * rowLength, rowLength), Of(other).Slice(row * rowLength, rowLength));
    }

    public override void Load(int first, ReadOnlySpan<float> values) => values.CopyTo(Values[first..]);

    public override ReadOnlySpan<float> OnHost() => Values;

    public override void AddProduct(LowRankProduct product, float factor) => product.AddTo(_start, Values, factor);

    public override void KeepLargest(MagnitudeCut cut) => Masks.KeepLargest(Values, _start, cut);

    public override void KeepRandom(MaskKey key, double density) => Masks.KeepRandom(Values, _start, key, density);

    public override void AddAgreeing(Block delta, Block vote) => SignVotes.AddAgreeing(Of(delta), Of(vote), Values);

    public override void AddWhereAgreeing(Block delta, Block vote, float amount) => SignVotes.AddWhereAgreeing(Of(delta), Of(vote), amount, Values);

    public override void DivideBy(Block divisor, float smallest) => SignVotes.DivideBy(Values, Of(divisor), smallest);

    public override double Dot(Block other)
    {
        var factor = (CpuBlock)other;
        return _stored is not null && factor._stored is not null
            ? Reductions.Dot<BFloat16Input>(_stored, factor._stored, _length)
            : Reductions.Dot<SingleInput>((byte*)Pointer, (byte*)factor.Pointer, Math.Min(_length, factor._length));
    }

    public override double SumOfMagnitudes() => Reductions.SumOfMagnitudes(Values);

    private static Span<float> Of(Block block) => ((CpuBlock)block).Values;
}
