using System.Globalization;
using Evo.Search.Runs;

namespace Evo.Cli.Output;

/// <summary>Scores, durations and sizes as people read them, the same on every machine.</summary>
internal static class ScoreText
{
    /// <summary><c>0.871 ±0.019</c>; a measure without items has no error.</summary>
    public static string Of(ScoredValue? score) => score switch
    {
        null => "-",
        { Items: 0 } => Value(score.Value),
        _ => $"{Value(score.Value)} ±{Value(score.StandardError)}",
    };

    /// <summary>Three decimals, or three significant digits for very small and very large values.</summary>
    public static string Value(double value)
    {
        var magnitude = Math.Abs(value);
        var format = magnitude is 0 or (>= 0.01 and < 1000) ? "0.000" : "0.00e+0";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    public static string Duration(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 3600)} h {(int)(seconds / 60) % 60:00} min"),
    };

    public static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    /// <summary>The beginning of a content id that people type.</summary>
    public static string ShortId(string id) => id.Length > 10 ? id[..10] : id;
}
