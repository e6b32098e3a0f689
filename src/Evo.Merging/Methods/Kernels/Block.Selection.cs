namespace Evo.Merging.Methods.Kernels;

/// <summary>Which elements stay, decided by their own magnitude, another block, or how many models have them. NaN always stays, so that it is not lost.</summary>
public abstract partial class Block
{
    /// <summary>Zeroes what <see cref="KeepLargest"/> keeps, infinities aside.</summary>
    public abstract void DropLargest(MagnitudeCut cut);

    /// <summary>Zeroes every element whose place in <paramref name="score"/> is outside the cut.</summary>
    public abstract void KeepWhereLargest(Block score, MagnitudeCut cut);

    /// <summary>Zeroes every element of magnitude <paramref name="bound"/> or less.</summary>
    public abstract void KeepAbove(float bound);

    /// <summary>Puts <paramref name="value"/> in the place of every 0.</summary>
    public abstract void ReplaceZeros(float value);

    /// <summary>Elements greater than 0 less elements less than 0.</summary>
    public abstract long SumOfSigns();

    /// <summary>this += 1 wherever <paramref name="other"/> is not 0.</summary>
    public abstract void CountNonZero(Block other);

    /// <summary>Elements that are not 0, and those of them whose place in <paramref name="count"/> is 1.</summary>
    public abstract (long NonZero, long Alone) NonZeroAndAlone(Block count);

    /// <summary>this += other · factor where <paramref name="count"/> is 1, and other / count where it is greater.</summary>
    public abstract void AddShared(Block other, Block count, float factor);

    /// <summary>Moves each element towards that of <paramref name="other"/>: by min(1, distance / max(|other - this|, 10⁻⁶)) of the way.</summary>
    public abstract void MoveTowards(Block other, float distance);
}
