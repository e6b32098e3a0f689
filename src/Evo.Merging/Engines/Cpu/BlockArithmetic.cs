using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// The block operations that most merges consist of, on operands as they lie: elements of a mapped file are asked for ahead of time and widened in registers.
/// </summary>
internal static unsafe class BlockArithmetic
{
    public static void Copy<TInput>(byte* source, float* destination, int length)
        where TInput : struct, IInputElements => Map<TInput, SingleInput, First>(source, (byte*)destination, 0, destination, length);

    /// <summary>left − right.</summary>
    public static void Subtract<TLeft, TRight>(byte* left, byte* right, float* destination, int length)
        where TLeft : struct, IInputElements
        where TRight : struct, IInputElements => Map<TLeft, TRight, Difference>(left, right, 0, destination, length);

    /// <summary>destination += other.</summary>
    public static void Add<TInput>(byte* other, float* destination, int length)
        where TInput : struct, IInputElements => Map<TInput, SingleInput, Sum>(other, (byte*)destination, 0, destination, length);

    /// <summary>destination += factor · other, rounded twice.</summary>
    public static void AddScaled<TInput>(byte* other, float factor, float* destination, int length)
        where TInput : struct, IInputElements => Map<TInput, SingleInput, ScaledSum>(other, (byte*)destination, factor, destination, length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TLeft, TRight, TOperation>(byte* left, byte* right, float factor, float* destination, int length)
        where TLeft : struct, IInputElements
        where TRight : struct, IInputElements
        where TOperation : struct, IOperation
    {
        var (i, count) = ((nuint)0, (nuint)length);
        for (; i + (nuint)Lanes.Count <= count; i += (nuint)Lanes.Count)
            TOperation.Of(Lanes.Load<TLeft>(left, i), Lanes.Load<TRight>(right, i), Vector512.Create(factor)).Store<SingleOutput>((byte*)destination, i);
        for (; i < count; i++)
            destination[i] = TOperation.Of(TLeft.LoadOne(left, i), TRight.LoadOne(right, i), factor);
    }

    private interface IOperation
    {
        static abstract Lanes Of(Lanes left, Lanes right, Vector512<float> factor);

        static abstract float Of(float left, float right, float factor);
    }

    private readonly struct First : IOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes Of(Lanes left, Lanes right, Vector512<float> factor) => left;

        public static float Of(float left, float right, float factor) => left;
    }

    private readonly struct Difference : IOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes Of(Lanes left, Lanes right, Vector512<float> factor) => left - right;

        public static float Of(float left, float right, float factor) => left - right;
    }

    private readonly struct Sum : IOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes Of(Lanes left, Lanes right, Vector512<float> factor) => right + left;

        public static float Of(float left, float right, float factor) => right + left;
    }

    private readonly struct ScaledSum : IOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes Of(Lanes left, Lanes right, Vector512<float> factor) => (left * factor) + right;

        public static float Of(float left, float right, float factor) => (left * factor) + right;
    }
}
