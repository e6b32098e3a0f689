using System.Globalization;

namespace Evo.Cli.Commands;

/// <summary>Sizes as users write them: <c>4GB</c>, <c>512 MB</c>, <c>2GiB</c>, <c>5B</c> (five billion bytes, as mergekit's shard sizes), or plain bytes.</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000),
        ("k", 1_000), ("m", 1_000_000), ("g", 1_000_000_000), ("b", 1_000_000_000),
    ];

    /// <summary>The size in bytes; null when the text is none, or not positive.</summary>
    public static long? Parse(string text)
    {
        var (number, factor) = (text.Trim().ToLowerInvariant(), 1L);
        foreach (var (suffix, unit) in Units)
        {
            if (!number.EndsWith(suffix, StringComparison.Ordinal)) continue;
            (number, factor) = (number[..^suffix.Length].TrimEnd(), unit);
            break;
        }

        var isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        return isNumber && value * factor is >= 1 and < long.MaxValue ? (long)(value * factor) : null;
    }
}
