using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Rounded;

/// <summary>
/// mergekit's arithmetic in a 16-bit type: inputs, weights and the result of every operation are rounded to it, while sums over models and over elements are added up in
/// more digits and rounded at their end, as PyTorch does on a processor.
/// </summary>
internal readonly record struct StepRounding(ElementType Type)
{
    public static StepRounding? Of(TensorInputs inputs) => inputs.StepType is { } type ? new StepRounding(type) : null;

    public float Round(double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        bytes = bytes[..Type.ByteSize()];
        Floats.FromSingle([(float)value], Type, bytes);
        Span<float> rounded = [0];
        Floats.ToSingle(bytes, Type, rounded);
        return rounded[0];
    }

    /// <summary>The base's elements as mergekit casts them, in a scratch block.</summary>
    public Block Base(TensorRun run, int scratch)
    {
        var block = run.Scratch(scratch);
        block.CopyFrom(run.Base);
        block.RoundTo(Type);
        return block;
    }

    public Block Model(TensorRun run, int model)
    {
        var block = run.Model(model);
        block.RoundTo(Type);
        return block;
    }

    /// <summary>To be asked for once in a run.</summary>
    public Block TaskVector(TensorRun run, int model, Block @base)
    {
        var block = Model(run, model);
        block.Subtract(@base);
        block.RoundTo(Type);
        return block;
    }
}
