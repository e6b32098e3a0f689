using System.Text;

namespace Evo.Optimization.Randomness;

/// <summary>
/// One stream of random numbers, named by what it is for. The seed is the Philox key; purpose, generation and index are words of the
/// counter, so two streams of one seed can never overlap (2^34 words each) and every stream can be made again from its name alone.
/// </summary>
/// <remarks>
/// Everything here is integer arithmetic and IEEE 754 +, -, *, / and square root: the same numbers on every platform. Not safe for
/// concurrent use; streams are cheap, make one each.
/// </remarks>
public sealed class RandomStream
{
    private const double UniformStep = 1.0 / (1UL << 53);
    private const double NormalStep = 1.0 / (1UL << 52);

    private readonly uint key0, key1, purpose, generation, index;
    private (uint W0, uint W1, uint W2, uint W3) block;
    private uint nextBlock;
    private int wordsLeft;

    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the numbers are for, such as <c>cma-es/sample</c>; kept as the 32-bit FNV-1a hash of its UTF-8
    /// bytes.</param>
    /// <param name="generation">Counts the uses of a purpose over time; not negative.</param>
    /// <param name="index">Tells apart streams of one generation, such as one for each candidate; not negative.</param>
    public RandomStream(ulong seed, string purpose, int generation = 0, int index = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        ArgumentOutOfRangeException.ThrowIfNegative(generation);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        key0 = (uint)seed;
        key1 = (uint)(seed >> 32);
        this.purpose = Fnv1a(purpose);
        this.generation = (uint)generation;
        this.index = (uint)index;
    }

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (wordsLeft == 0)
        {
            block = Philox.Block((nextBlock, index, generation, purpose), key0, key1);
            nextBlock = checked(nextBlock + 1);
            wordsLeft = 4;
        }

        return wordsLeft-- switch
        {
            4 => block.W0,
            3 => block.W1,
            2 => block.W2,
            _ => block.W3,
        };
    }

    /// <summary>64 random bits: the first word drawn is the low half.</summary>
    public ulong NextUInt64()
    {
        var low = NextUInt32();
        return ((ulong)NextUInt32() << 32) | low;
    }

    /// <summary>Uniform in [0, 1): a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * UniformStep;

    /// <summary>Standard normal by inversion: one uniform in (0, 1), symmetric about 1/2, one normal. Magnitude at most 8.2.</summary>
    public double NextNormal() => NormalQuantile.At(((NextUInt64() >> 12) + 0.5) * NormalStep);

    /// <summary>
    /// Uniform in 0..<paramref name="exclusiveUpper"/>-1 without modulo bias (Lemire, "Fast random integer generation in an interval",
    /// 2019).
    /// </summary>
    public int NextInt(int exclusiveUpper)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveUpper);
        var range = (uint)exclusiveUpper;
        var product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            var rejectBelow = (0u - range) % range;
            while ((uint)product < rejectBelow)
                product = (ulong)NextUInt32() * range;
        }

        return (int)(product >> 32);
    }

    /// <summary>A uniformly random order (Fisher-Yates, from the end).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = NextInt(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    private static uint Fnv1a(string text)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(text))
            hash = unchecked((hash ^ octet) * 16777619u);
        return hash;
    }
}
