using System.Runtime.InteropServices;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Working memory outside the garbage collector, 64-byte aligned, of undefined content.</summary>
internal sealed unsafe class NativeArray<T>(long length) : IDisposable
    where T : unmanaged
{
    public T* Pointer { get; private set; } = (T*)NativeMemory.AlignedAlloc(checked((nuint)Math.Max(1, length) * (nuint)sizeof(T)), 64);

    public void Clear() => NativeMemory.Clear(Pointer, (nuint)length * (nuint)sizeof(T));

    public Span<T> Span(long first, int count) => new(Pointer + first, count);

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
