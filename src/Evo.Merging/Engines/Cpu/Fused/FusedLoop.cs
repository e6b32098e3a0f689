using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>One pass of a formula over a run: load, compute, round, store.</summary>
internal static unsafe class FusedLoop
{
    private const int MostAlignment = 64;

    /// <summary>Merges <paramref name="length"/> elements; false when one of them is not finite as stored.</summary>
    /// <param name="output">Memory that no input lies in: inputs may be read again.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run<TFormula, TInput, TOutput>(TFormula formula, InputPointers inputs, long start, int length, byte* output)
        where TFormula : struct, IFormula
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        var head = TOutput.Head(output, length);
        if (head > 0 && !RunFew<TFormula, TInput, TOutput>(formula, inputs, start, 0, head, output))
            return false;
        var placed = formula; // a copy whose address nobody keeps (Place is inlined) stays in registers
        placed.Place(inputs, start);
        var bits = Vector512<int>.Zero;
        var full = (nuint)(head + ((length - head) / Lanes.Count * Lanes.Count));
        for (var i = (nuint)head; i < full; i += (nuint)Lanes.Count)
        {
            var merged = placed.At<TInput>(i);
            bits = merged.BitsWith(bits);
            merged.Store<TOutput>(output, i);
        }

        return (!Reach<TOutput>(bits & Vector512.Create(Masks.MagnitudeBits)) || AreFinite<TFormula, TInput, TOutput>(formula, inputs, start, head, (int)full))
            && ((int)full == length || RunFew<TFormula, TInput, TOutput>(formula, inputs, start, (int)full, length, output));
    }

    /// <summary>
    /// Looks at each of elements [first, end): the bits of all together are those of no finite number. That may be so although each is finite, but only where one is 2 or
    /// more; else a single operation for two vectors, in the loop, has told that there is nothing to look for.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool AreFinite<TFormula, TInput, TOutput>(TFormula formula, InputPointers inputs, long start, int first, int end)
        where TFormula : struct, IFormula
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        formula.Place(inputs, start);
        var largest = Vector512<int>.Zero;
        for (var i = (nuint)first; i < (nuint)end; i += (nuint)Lanes.Count)
            largest = formula.At<TInput>(i).LargestMagnitude(largest);
        return !Reach<TOutput>(largest);
    }

    /// <summary>
    /// Merges elements [first, end), fewer than fill the lanes: through the same instructions, in copies that are filled up with zeros. In a method of its own, since beside
    /// a second formula and its copies what the loop keeps would not stay in registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RunFew<TFormula, TInput, TOutput>(TFormula formula, InputPointers inputs, long start, int first, int end, byte* output)
        where TFormula : struct, IFormula
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        var count = end - first;
        var size = Lanes.Count * sizeof(float);
        var copies = stackalloc byte[(inputs.Count + 1) * size];
        var models = stackalloc byte*[inputs.Count];
        for (var model = 0; model < inputs.Count; model++)
            models[model] = Copied(inputs.Models[model], first, count, TInput.Size, copies + (model * size));
        var @base = inputs.Base == null ? null : Copied(inputs.Base, first, count, TInput.Size, copies + (inputs.Count * size));
        formula.Place(new InputPointers(@base, models, inputs.Count), start + first);
        var merged = formula.At<TInput>(0);
        var room = stackalloc byte[size + MostAlignment];
        var stored = (byte*)(((nuint)room + MostAlignment - 1) & ~(nuint)(MostAlignment - 1));
        merged.Store<TOutput>(stored, 0);
        Unsafe.CopyBlockUnaligned(output + ((long)first * TOutput.Size), stored, (uint)(count * TOutput.Size));
        return !Reach<TOutput>(merged.LargestMagnitude(Vector512<int>.Zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Reach<TOutput>(Vector512<int> magnitudes)
        where TOutput : struct, IOutputElements => Vector512.GreaterThanOrEqualAny(magnitudes, Vector512.Create(TOutput.FirstNonFinite));

    private static byte* Copied(byte* elements, int first, int count, int size, byte* copy)
    {
        Unsafe.CopyBlockUnaligned(copy, elements + ((long)first * size), (uint)(count * size));
        return copy;
    }
}
