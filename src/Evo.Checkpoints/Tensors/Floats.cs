using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Evo.Checkpoints.Tensors;

/// <summary>
/// Stored floating-point elements to float32 and back. Widening is exact; only f64 is rounded. Narrowing rounds to nearest, ties to even.
/// NaN stays NaN. What is too large becomes what IEEE 754 and PyTorch make of it: infinity in f32, f16, bf16 and e5m2, NaN in e4m3 (which
/// has no infinity). Source and destination need no alignment; elements are little-endian, as in the file.
/// </summary>
public static class Floats
{
    /// <summary>Reads <c>destination.Length</c> elements.</summary>
    /// <exception cref="ArgumentException">The spans' lengths do not match, or the type is no floating-point type.</exception>
    public static void ToSingle(ReadOnlySpan<byte> source, ElementType type, Span<float> destination)
    {
        RequireMatch(type, source.Length, destination.Length);
        switch (type)
        {
            case ElementType.F32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.BF16:
                BFloat16Conversion.ToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case ElementType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case ElementType.F64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(source), destination);
                break;
            default:
                Float8Conversion.ToSingle(source, type, destination);
                break;
        }
    }

    /// <summary>Writes <c>source.Length</c> elements.</summary>
    /// <exception cref="ArgumentException">The spans' lengths do not match, or the type is no floating-point type.</exception>
    public static void FromSingle(ReadOnlySpan<float> source, ElementType type, Span<byte> destination)
    {
        RequireMatch(type, destination.Length, source.Length);
        switch (type)
        {
            case ElementType.F32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case ElementType.BF16:
                BFloat16Conversion.FromSingle(source, MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            case ElementType.F16:
                TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            case ElementType.F64:
                TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<byte, double>(destination));
                break;
            default:
                Float8Conversion.FromSingle(source, type, destination);
                break;
        }
    }

    private static void RequireMatch(ElementType type, long bytes, long elements)
    {
        if (!type.IsFloatingPoint())
        {
            throw new ArgumentException(
                $"{type} holds no floating-point numbers: such tensors are copied byte for byte, never converted", nameof(type));
        }

        if (bytes != elements * type.ByteSize())
            throw new ArgumentException($"{elements} elements of {type} take {elements * type.ByteSize()} bytes, but the span has {bytes}");
    }
}
