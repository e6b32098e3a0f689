using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>How input elements lie in memory, and how sixteen of them become float32.</summary>
internal unsafe interface IInputElements
{
    static abstract int Size { get; }

    /// <summary>Which of the sixteen elements each lane holds.</summary>
    static abstract Vector512<uint> Indices { get; }

    static abstract Vector512<float> Load(byte* elements, nuint index);

    static abstract float LoadOne(byte* elements, nuint index);
}

/// <summary>bfloat16, as most models are stored: the upper half of a float32.</summary>
internal readonly unsafe struct BFloat16Input : IInputElements
{
    public static int Size => sizeof(ushort);

    public static Vector512<uint> Indices => Vector512<uint>.Indices;

    /// <summary>Every half to the upper half of its lane, and the last word, which is zero when the register holds sixteen, below it.</summary>
    private static Vector512<ushort> UpperHalves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            (ushort)31, 0, 31, 1, 31, 2, 31, 3, 31, 4, 31, 5, 31, 6, 31, 7, 31, 8, 31, 9, 31, 10, 31, 11, 31, 12, 31, 13, 31, 14, 31, 15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements, nuint index)
    {
        var halves = Vector256.Load((ushort*)elements + index);
        if (Avx512Vbmi.IsSupported) // processors that have it permute words (AVX-512 BW) in one operation, those before in two
            return Avx512BW.PermuteVar32x16(halves.ToVector512(), UpperHalves).AsSingle();
        var bits = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(halves)
            : Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        return (bits << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* elements, nuint index) => BitConverter.Int32BitsToSingle(((ushort*)elements)[index] << 16);
}

/// <summary>
/// bfloat16 with the even elements in the lower lanes and the odd ones in the upper: half the instructions where registers hold 256 bits, because none has to cross
/// lanes. <see cref="EvenOddBFloat16Output"/> and <see cref="EvenOddOutput{TOutput}"/> put them in their places again.
/// </summary>
internal readonly unsafe struct EvenOddBFloat16Input : IInputElements
{
    public static int Size => sizeof(ushort);

    public static Vector512<uint> Indices => Vector512.Create(0u, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements, nuint index)
    {
        var pairs = Vector256.Load((uint*)(elements + (2 * index)));
        return Vector512.Create(pairs << 16, pairs & Vector256.Create(0xFFFF0000u)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* elements, nuint index) => BFloat16Input.LoadOne(elements, index);
}

/// <summary>float32, stored or converted before.</summary>
internal readonly unsafe struct SingleInput : IInputElements
{
    public static int Size => sizeof(float);

    public static Vector512<uint> Indices => Vector512<uint>.Indices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements, nuint index) => Vector512.Load((float*)elements + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* elements, nuint index) => ((float*)elements)[index];
}
