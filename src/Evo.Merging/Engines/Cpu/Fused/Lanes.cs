using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>
/// The elements that a formula computes at a time: thirty-two in two vectors where registers hold sixteen, else sixteen. The operations on the two vectors stand side by side
/// in the program, so that one is computed while the other waits for a result: a formula of many steps spends much of its time in waiting.
/// </summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct Lanes(Vector512<float> first, Vector512<float> second)
{
    public const int PerVector = 16;

    private const int Ahead = 2048; // bytes: half a page; a quarter and a whole one are as quick

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes(Vector512<float> first)
        : this(first, default)
    {
    }

    public static int Count => Avx512F.IsSupported ? 2 * PerVector : PerVector;

    public static Lanes Zero => default;

    public Vector512<float> First => first;

    public Vector512<float> Second => second;

    /// <summary>
    /// Reads elements, and asks for the line that will be read a while later: a processor reads ahead of itself only to the end of a page. Of float32 it asks for every
    /// second line.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Load<TInput>(byte* elements, nuint index)
        where TInput : struct, IInputElements
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(elements + (index * (nuint)TInput.Size) + Ahead);
        return Avx512F.IsSupported ? new(TInput.Load(elements, index), TInput.Load(elements, index + PerVector)) : new(TInput.Load(elements, index));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TOutput>(byte* elements, nuint index)
        where TOutput : struct, IOutputElements
    {
        TOutput.Store(first, elements, index);
        if (Avx512F.IsSupported)
            TOutput.Store(second, elements, index + PerVector);
    }

    /// <summary>The bits that are set in <paramref name="bits"/> or in an element, in each lane: without the sign's, a number no smaller than any of these.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<int> BitsWith(Vector512<int> bits) =>
        Avx512F.IsSupported ? Avx512F.TernaryLogic(bits, first.AsInt32(), second.AsInt32(), 0xFE) : bits | first.AsInt32(); // FE: a or b or c

    /// <summary>The elements, negated where the sign bit of <paramref name="other"/> is set.</summary>
    /// <param name="signBits">-0 in each lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes TurnedBySignOf(Lanes other, Vector512<float> signBits) => Avx512F.IsSupported
        ? new(TurnedBySignOf(first, other.First, signBits), TurnedBySignOf(second, other.Second, signBits))
        : new(first ^ (other.First & signBits));

    /// <summary>The larger of <paramref name="largest"/> and the bits without sign, in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<int> LargestMagnitude(Vector512<int> largest)
    {
        largest = Vector512.Max(largest, first.AsInt32() & Vector512.Create(Masks.MagnitudeBits));
        return Avx512F.IsSupported ? Vector512.Max(largest, second.AsInt32() & Vector512.Create(Masks.MagnitudeBits)) : largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes operator +(Lanes left, Lanes right) =>
        Avx512F.IsSupported ? new(left.First + right.First, left.Second + right.Second) : new(left.First + right.First);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes operator -(Lanes left, Lanes right) =>
        Avx512F.IsSupported ? new(left.First - right.First, left.Second - right.Second) : new(left.First - right.First);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes operator *(Lanes left, Vector512<float> right) =>
        Avx512F.IsSupported ? new(left.First * right, left.Second * right) : new(left.First * right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes operator /(Lanes left, Vector512<float> right) =>
        Avx512F.IsSupported ? new(left.First / right, left.Second / right) : new(left.First / right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes operator /(Lanes left, Lanes right) =>
        Avx512F.IsSupported ? new(left.First / right.First, left.Second / right.Second) : new(left.First / right.First);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> TurnedBySignOf(Vector512<float> value, Vector512<float> other, Vector512<float> signBits) =>
        Avx512F.TernaryLogic(value, other, signBits, 0x78); // a xor (b and c)
}
