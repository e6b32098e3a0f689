using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Evo.Inference.Sessions;

/// <summary>Native memory that ONNX Runtime reads and writes directly; grows on demand, never shrinks, 64-byte aligned.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private T* _memory;

    public long Length { get; private set; }

    public T* Pointer => _memory;

    /// <summary>Makes room for <paramref name="count"/> elements; what was there is lost when the buffer has to grow.</summary>
    public void Reserve(long count)
    {
        if (count <= Length)
            return;
        NativeMemory.AlignedFree(_memory);
        var bytes = checked((nuint)count * (nuint)sizeof(T));
        _memory = (T*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(_memory, bytes);
        Length = count;
    }

    public Span<T> Span(int count)
    {
        Reserve(count);
        return new Span<T>(_memory, count);
    }

    /// <summary>A tensor over the buffer's beginning, or from <paramref name="offset"/> elements on.</summary>
    public OrtValue Tensor(ReadOnlySpan<long> shape, long offset = 0)
    {
        var count = 1L;
        foreach (var extent in shape)
            count *= extent;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + count, Length);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, ElementTypeOf(), shape.ToArray(), (nint)(_memory + offset), count * sizeof(T));
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        Length = 0;
    }

    private static TensorElementType ElementTypeOf() =>
        typeof(T) == typeof(float) ? TensorElementType.Float
        : typeof(T) == typeof(long) ? TensorElementType.Int64
        : typeof(T) == typeof(int) ? TensorElementType.Int32
        : throw new NotSupportedException(typeof(T).Name);
}
