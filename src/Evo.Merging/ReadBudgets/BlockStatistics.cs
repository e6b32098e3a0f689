namespace Evo.Merging.ReadBudgets;

/// <summary>What one block of a task vector holds.</summary>
/// <param name="L1">Σ|τ|.</param>
/// <param name="Energy">Σ τ².</param>
/// <param name="Largest">max |τ|; not finite where an element is not.</param>
public readonly record struct BlockStatistics(double L1, double Energy, float Largest)
{
    /// <summary>Elements of a block; a tensor's last block may be shorter.</summary>
    public const int BlockLength = 1 << 16;

    public static int CountOf(long elements) => checked((int)((elements + BlockLength - 1) / BlockLength));

    public static int LengthOf(long elements, int block) => (int)Math.Min(BlockLength, elements - ((long)block * BlockLength));
}
