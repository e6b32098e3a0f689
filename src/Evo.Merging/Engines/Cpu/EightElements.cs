using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>How vectors become float32 for inner products, eight elements at a time.</summary>
internal unsafe interface IEightElements
{
    /// <param name="subtrahend">Null where nothing is subtracted.</param>
    static abstract Vector256<float> Load(byte* vector, byte* subtrahend, nuint index);

    static abstract float LoadOne(byte* vector, byte* subtrahend, nuint index);
}

/// <summary>float32.</summary>
internal readonly unsafe struct SingleElements : IEightElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* vector, byte* subtrahend, nuint index) => Vector256.Load((float*)vector + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* vector, byte* subtrahend, nuint index) => SingleInput.LoadOne(vector, index);
}

/// <summary>bfloat16, as it is stored.</summary>
internal readonly unsafe struct StoredElements : IEightElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* vector, byte* subtrahend, nuint index)
    {
        var halves = (ushort*)vector + index;
        var bits = Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(halves)
            : Vector256.Create(Vector128.WidenLower(Vector128.Load(halves)), Vector128.WidenUpper(Vector128.Load(halves))).AsInt32();
        return (bits << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* vector, byte* subtrahend, nuint index) => BFloat16Input.LoadOne(vector, index);
}

/// <summary>Stored bfloat16 minus stored bfloat16, rounded to float32.</summary>
internal readonly unsafe struct DifferingElements : IEightElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* vector, byte* subtrahend, nuint index) =>
        StoredElements.Load(vector, null, index) - StoredElements.Load(subtrahend, null, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* vector, byte* subtrahend, nuint index) =>
        BFloat16Input.LoadOne(vector, index) - BFloat16Input.LoadOne(subtrahend, index);
}
