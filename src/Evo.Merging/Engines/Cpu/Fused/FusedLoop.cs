using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>One pass of a formula over a run: load, compute, round, store, sixteen elements at a time.</summary>
internal static unsafe class FusedLoop
{
    private const int Lanes = 16;

    /// <summary>Merges <paramref name="length"/> elements; false when one of them is not finite as stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Run<TFormula, TInput, TOutput>(TFormula formula, InputPointers inputs, long start, int length, byte* output)
        where TFormula : struct, IFormula
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        formula.Place(inputs, start);
        var largest = Vector512<int>.Zero;
        var vectors = (nuint)(length / Lanes * Lanes);
        for (nuint i = 0; i < vectors; i += Lanes)
        {
            var merged = formula.At<TInput>(i);
            largest = Vector512.Max(largest, merged.AsInt32() & Vector512.Create(Masks.MagnitudeBits));
            TOutput.Store(merged, output, i);
        }

        if (vectors < (nuint)length)
        {
            // The rest goes through the same instructions, in copies that are filled up with zeros.
            var rest = length - (int)vectors;
            var copies = stackalloc byte[(inputs.Count + 1) * Lanes * sizeof(float)];
            var models = stackalloc byte*[inputs.Count];
            for (var model = 0; model < inputs.Count; model++)
                models[model] = Copied(inputs.Models[model], vectors, rest, TInput.Size, copies + (model * Lanes * sizeof(float)));
            var @base = inputs.Base == null ? null : Copied(inputs.Base, vectors, rest, TInput.Size, copies + (inputs.Count * Lanes * sizeof(float)));
            formula.Place(new InputPointers(@base, models, inputs.Count), start + (long)vectors);
            var merged = formula.At<TInput>(0);
            var chosen = Vector512.LessThan(TInput.Indices, Vector512.Create((uint)rest)).AsInt32();
            largest = Vector512.Max(largest, merged.AsInt32() & Vector512.Create(Masks.MagnitudeBits) & chosen);
            var stored = stackalloc byte[Lanes * sizeof(float)];
            TOutput.Store(merged, stored, 0);
            Unsafe.CopyBlockUnaligned(output + (vectors * (nuint)TOutput.Size), stored, (uint)(rest * TOutput.Size));
        }

        return !Vector512.GreaterThanOrEqualAny(largest, Vector512.Create(TOutput.FirstNonFinite));
    }

    private static byte* Copied(byte* elements, nuint first, int count, int size, byte* copy)
    {
        Unsafe.CopyBlockUnaligned(copy, elements + (first * (nuint)size), (uint)(count * size));
        return copy;
    }
}
