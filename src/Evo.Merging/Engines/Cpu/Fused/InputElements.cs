using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>How input elements lie in memory, and how sixteen of them become float32.</summary>
internal unsafe interface IInputElements
{
    static abstract int Size { get; }

    static abstract Vector512<float> Load(byte* elements, nuint index);

    static abstract float LoadOne(byte* elements, nuint index);
}

/// <summary>bfloat16, as most models are stored: the upper half of a float32.</summary>
internal readonly unsafe struct BFloat16Input : IInputElements
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements, nuint index)
    {
        var halves = Vector256.Load((ushort*)elements + index);
        var bits = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(halves)
            : Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        return (bits << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* elements, nuint index) => BitConverter.Int32BitsToSingle(((ushort*)elements)[index] << 16);
}

/// <summary>float32, stored or converted before.</summary>
internal readonly unsafe struct SingleInput : IInputElements
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* elements, nuint index) => Vector512.Load((float*)elements + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* elements, nuint index) => ((float*)elements)[index];
}
