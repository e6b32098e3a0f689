namespace Evo.Merging.Engines;

/// <summary>Masks of 0 and 1 as bits: element 8b + j is bit j of byte b.</summary>
internal static class PackedBits
{
    /// <param name="bytes">At least (elements + 7) / 8; bits beyond the elements are 0.</param>
    public static void Pack(ReadOnlySpan<float> mask, Span<byte> bytes)
    {
        for (var first = 0; first < mask.Length; first += 8)
        {
            var packed = 0;
            for (var bit = 0; bit < Math.Min(8, mask.Length - first); bit++)
                packed |= mask[first + bit] != 0 ? 1 << bit : 0;
            bytes[first / 8] = (byte)packed;
        }
    }

    /// <summary>Zeroes the values whose bit is 0.</summary>
    /// <param name="first">Which bit, from the beginning of <paramref name="bytes"/>, belongs to the first value.</param>
    public static void Keep(ReadOnlySpan<byte> bytes, int first, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            if (((bytes[(first + i) >> 3] >> ((first + i) & 7)) & 1) == 0)
                values[i] = 0;
    }
}
