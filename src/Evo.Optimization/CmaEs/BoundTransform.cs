namespace Evo.Optimization.CmaEs;

/// <summary>
/// The smooth map of the whole line onto [0, 1] that lets an unbounded search keep its shape at the bounds (pycma's BoundTransform): the
/// identity in the middle, a quadratic in a margin at each end, and periodic mirroring beyond. The search is told the unmapped coordinate.
/// </summary>
internal static class BoundTransform
{
    /// <summary>Width of the quadratic zone on either side of each bound: min(1/2, 0.05 max(1, |bound|)) for the unit interval.</summary>
    public const double Margin = 0.05;

    private const double Lowest = -Margin, Highest = 1 + Margin;
    private const double Period = 2 * (Highest - Lowest);

    /// <summary>The value in [0, 1] at the unbounded coordinate <paramref name="y"/>.</summary>
    public static double ToUnit(double y)
    {
        // Bring y within half a period of the middle, then mirror what lies beyond the zones: f has period 2 (1 + 2 Margin).
        if (y < Lowest || y > Highest)
        {
            y -= Period * Math.Floor((y - Lowest) / Period);
            if (y > Highest)
                y = (2 * Highest) - y;
        }

        var unit = y switch
        {
            < Margin => (y - Lowest) * (y - Lowest) / (4 * Margin),
            > 1 - Margin => 1 - ((y - Highest) * (y - Highest) / (4 * Margin)),
            _ => y,
        };
        return Math.Clamp(unit, 0, 1);
    }

    /// <summary>The coordinate in [-Margin, 1 + Margin] that <see cref="ToUnit"/> maps to <paramref name="unit"/>.</summary>
    public static double FromUnit(double unit) => unit switch
    {
        < Margin => Lowest + (2 * Math.Sqrt(Margin * unit)),
        > 1 - Margin => Highest - (2 * Math.Sqrt(Margin * (1 - unit))),
        _ => unit,
    };
}
