using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Random drop whose probability falls with an element's rank in its row: an element stays when its draw is below first + rank · step. Most need no rank: their draw is below
/// the bound of every rank, or of none. The others are gathered and shown to <see cref="RowRanks"/>.
/// </summary>
internal static unsafe class RankedMask
{
    /// <summary>Draws have 24 bits here, which float32 holds exactly.</summary>
    private const double Draws = 1 << 24;

    private const int Lanes = 16;
    private const int Stretch = 4 * Lanes;

    public static void KeepRanked(Span<float> values, long start, MaskKey key, double lowest, double highest, int rowLength)
    {
        if (rowLength == 1)
        {
            KeepBelow(values, start, key, (float)((lowest + highest) / 2 * Draws));
            return;
        }

        var first = (float)(lowest * Draws);
        var step = (float)((highest - lowest) * Draws / (rowLength - 1));
        using var ranks = new RowRanks(rowLength);
        fixed (float* data = values)
            for (var row = 0; row < values.Length; row += rowLength)
                if (ranks.Turn(data + row))
                    ranks.DropFrom(data + row, first, step, Undecided(data + row, ranks.Undecided, rowLength, start + row, key, first, first + ((rowLength - 1) * step)));
    }

    /// <summary>Rows of one element have no order: all stay with one probability. What is not finite stays, as everywhere.</summary>
    private static void KeepBelow(Span<float> values, long start, MaskKey key, float bound)
    {
        for (var i = 0; i < values.Length; i++)
            if (key.Draw(start + i) >> 8 >= bound && float.IsFinite(values[i]))
                values[i] = 0;
    }

    /// <summary>Zeroes elements whose draw is not below <paramref name="last"/>, and lists those that are not zero and whose draw is not below <paramref name="first"/> either.</summary>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Undecided(float* values, UndecidedElement* list, int length, long start, MaskKey key, float first, float last)
    {
        var count = 0;
        var i = 0;
        if (start >> 32 == (start + length - 1) >> 32) // no vector of draws crosses a multiple of 2^32
        {
            var drawn = stackalloc float[Stretch];
            var secondWord = key.SecondWord(start);
            for (; i <= length - Stretch; i += Stretch)
            {
                ulong open = 0;
                for (var lane = 0; lane < Stretch; lane += Lanes)
                {
                    var draws = Vector512.ConvertToSingle((MaskKey.Draws(Vector512<uint>.Indices + Vector512.Create((uint)(start + i + lane) + key.First), secondWord) >>> 8).AsInt32());
                    var value = Vector512.Load(values + i + lane);
                    var mayStay = Vector512.LessThan(draws, Vector512.Create(last));
                    Vector512.ConditionalSelect(mayStay, value, Vector512<float>.Zero).Store(values + i + lane);
                    draws.Store(drawn + lane);
                    open |= Vector512.AndNot(mayStay, Vector512.LessThan(draws, Vector512.Create(first)) | Vector512.Equals(value, Vector512<float>.Zero))
                        .ExtractMostSignificantBits() << lane;
                }

                for (; open != 0; open &= open - 1)
                {
                    var lane = BitOperations.TrailingZeroCount(open);
                    list[count++] = new UndecidedElement(i + lane, drawn[lane]);
                }
            }
        }

        for (; i < length; i++)
            list[count++] = new UndecidedElement(i, key.Draw(start + i) >> 8);
        return count;
    }
}
