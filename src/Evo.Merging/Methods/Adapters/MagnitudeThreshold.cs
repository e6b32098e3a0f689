namespace Evo.Merging.Methods.Adapters;

/// <summary>The k-th largest magnitude of an array, by counting the upper and then the lower halves of the numbers' bits: linear time, no order kept.</summary>
internal static class MagnitudeThreshold
{
    private const int HalfBits = 16;

    /// <param name="count">k, from 1 to the number of values.</param>
    public static float Of(ReadOnlySpan<float> values, long count)
    {
        var (upper, left) = Bucket(values, count, bits => bits >> HalfBits, _ => true);
        var (lower, _) = Bucket(values, left, bits => bits & ((1 << HalfBits) - 1), bits => bits >> HalfBits == upper);
        return BitConverter.Int32BitsToSingle((upper << HalfBits) | lower);
    }

    /// <summary>The bucket, counted from the largest, that holds the count-th value, and its place within it.</summary>
    private static (int Bucket, long Left) Bucket(ReadOnlySpan<float> values, long count, Func<int, int> bucket, Func<int, bool> counted)
    {
        var counts = new int[1 << HalfBits];
        foreach (var value in values)
        {
            var bits = BitConverter.SingleToInt32Bits(value) & int.MaxValue;
            if (counted(bits))
                counts[bucket(bits)]++;
        }

        for (var i = counts.Length - 1; i > 0; i--)
        {
            if (count <= counts[i])
                return (i, count);
            count -= counts[i];
        }

        return (0, count);
    }
}
