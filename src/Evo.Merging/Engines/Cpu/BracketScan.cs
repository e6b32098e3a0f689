using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu;

/// <summary>The inner loop of a selection: counts what lies above a bracket and gathers what lies within.</summary>
internal static class BracketScan
{
    private const int Lanes = 16;

    /// <summary>How many elements a list must have room for beyond those that are gathered.</summary>
    public const int Slack = Lanes;

    /// <summary>Returns how many magnitudes are above <paramref name="highest"/>; appends those from <paramref name="lowest"/> up to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Gather(ReadOnlySpan<int> bits, int lowest, int highest, int[] list, ref int length)
    {
        ref var first = ref MemoryMarshal.GetReference(bits);
        ref var start = ref MemoryMarshal.GetArrayDataReference(list);
        var (i, above, gathered) = (0, 0L, length);
        for (; i <= bits.Length - Lanes; i += Lanes)
        {
            var magnitudes = Vector512.LoadUnsafe(ref first, (nuint)i) & Vector512.Create(Masks.MagnitudeBits);
            var higher = Vector512.GreaterThan(magnitudes, Vector512.Create(highest));
            var within = Vector512.AndNot(Vector512.GreaterThanOrEqual(magnitudes, Vector512.Create(lowest)), higher);
            above += BitOperations.PopCount(higher.ExtractMostSignificantBits());
            var hits = within.ExtractMostSignificantBits();
            if (hits == 0)
                continue;
            if (Avx512F.IsSupported)
            {
                Avx512F.Compress(Vector512<int>.Zero, within, magnitudes).StoreUnsafe(ref start, (nuint)gathered);
                gathered += BitOperations.PopCount(hits);
                continue;
            }

            for (; hits != 0; hits &= hits - 1)
                Unsafe.Add(ref start, gathered++) = Unsafe.Add(ref first, i + BitOperations.TrailingZeroCount(hits)) & Masks.MagnitudeBits;
        }

        for (; i < bits.Length; i++)
        {
            var magnitude = bits[i] & Masks.MagnitudeBits;
            if (magnitude > highest)
                above++;
            else if (magnitude >= lowest)
                list[gathered++] = magnitude;
        }

        length = gathered;
        return above;
    }
}
