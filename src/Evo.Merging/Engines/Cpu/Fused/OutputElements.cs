using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>
/// How sixteen merged elements are rounded and stored. Finite values only: for a value that is not, or that rounding makes infinite, anything may be stored, and
/// <see cref="FirstNonFinite"/> tells of it.
/// </summary>
internal unsafe interface IOutputElements
{
    static abstract int Size { get; }

    /// <summary>The bits, without sign, of the smallest float32 that is stored as infinity.</summary>
    static abstract int FirstNonFinite { get; }

    /// <summary>How many of the first elements must be stored apart, so that what follows may begin where they end.</summary>
    /// <param name="elements">A multiple of the size of one.</param>
    static virtual int Head(byte* elements, int length) => 0;

    static abstract void Store(Vector512<float> merged, byte* elements, nuint index);
}

/// <summary>Rounded to bfloat16, to nearest and ties to even.</summary>
internal readonly unsafe struct BFloat16Output : IOutputElements
{
    public static int Size => sizeof(ushort);

    public static int FirstNonFinite => 0x7F7F8000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> merged, byte* elements, nuint index)
    {
        var rounded = Rounded(merged) >>> 16;
        var halves = Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(rounded) : Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        halves.Store((ushort*)elements + index);
    }

    /// <summary>The rounded half above 16 bits of rest. The last bit of an odd half, set in the rest as well, carries a tie upwards and changes nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<uint> Rounded(Vector512<float> merged)
    {
        var bits = merged.AsUInt32();
        return (bits | ((bits >>> 16) & Vector512<uint>.One)) + Vector512.Create(0x7FFFu);
    }
}

/// <summary>The same of elements that were loaded as <see cref="EvenOddBFloat16Input"/>.</summary>
internal readonly unsafe struct EvenOddBFloat16Output : IOutputElements
{
    public static int Size => sizeof(ushort);

    public static int FirstNonFinite => BFloat16Output.FirstNonFinite;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> merged, byte* elements, nuint index)
    {
        var rounded = BFloat16Output.Rounded(merged);
        ((rounded.GetLower() >>> 16) | (rounded.GetUpper() & Vector256.Create(0xFFFF0000u))).Store((uint*)(elements + (2 * index)));
    }
}

/// <summary>An output that stores float32.</summary>
internal interface ISingleOutput : IOutputElements
{
    static abstract Vector512<float> Rounded(Vector512<float> merged);
}

/// <summary>Rounded to bfloat16 and widened again: what a candidate in memory holds.</summary>
internal readonly unsafe struct RoundedSingleOutput : ISingleOutput
{
    public static int Size => sizeof(float);

    public static int FirstNonFinite => BFloat16Output.FirstNonFinite;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Rounded(Vector512<float> merged) => (BFloat16Output.Rounded(merged) & Vector512.Create(0xFFFF0000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> merged, byte* elements, nuint index) => Rounded(merged).Store((float*)elements + index);
}

/// <summary>float32 as computed.</summary>
internal readonly unsafe struct SingleOutput : ISingleOutput
{
    public static int Size => sizeof(float);

    public static int FirstNonFinite => 0x7F800000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Rounded(Vector512<float> merged) => merged;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> merged, byte* elements, nuint index) => merged.Store((float*)elements + index);
}

/// <summary>
/// The same float32 written past the caches, without reading first what is overwritten: for a candidate larger than they are. Other threads see it after a memory
/// barrier.
/// </summary>
internal readonly unsafe struct StreamedOutput<TOutput> : IOutputElements
    where TOutput : struct, ISingleOutput
{
    private const nuint Alignment = 64;

    public static int Size => TOutput.Size;

    public static int FirstNonFinite => TOutput.FirstNonFinite;

    public static int Head(byte* elements, int length) => (int)Math.Min((nuint)length, ((Alignment - 1) & (nuint)(-(nint)elements)) / sizeof(float));

    /// <param name="elements">Aligned with the index to a whole vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> merged, byte* elements, nuint index) =>
        TOutput.Rounded(merged).StoreAlignedNonTemporal((float*)elements + index);
}

/// <summary>Elements that were loaded as <see cref="EvenOddBFloat16Input"/>, brought into their order and stored as another output does.</summary>
internal readonly unsafe struct EvenOddOutput<TOutput> : IOutputElements
    where TOutput : struct, IOutputElements
{
    public static int Size => TOutput.Size;

    public static int FirstNonFinite => TOutput.FirstNonFinite;

    public static int Head(byte* elements, int length) => TOutput.Head(elements, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> merged, byte* elements, nuint index)
    {
        var (even, odd) = (merged.GetLower(), merged.GetUpper());
        var (outer, inner) = (Avx.UnpackLow(even, odd), Avx.UnpackHigh(even, odd)); // elements 0-3 and 8-11, 4-7 and 12-15
        TOutput.Store(Vector512.Create(Avx.Permute2x128(outer, inner, 0x20), Avx.Permute2x128(outer, inner, 0x31)), elements, index);
    }
}
