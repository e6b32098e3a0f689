using System.Globalization;

namespace Evo.Search.Spaces.Genomes;

/// <summary>
/// Maps a gene between the optimizer's [0, 1] and its own units. Real values lie on a decimal grid no coarser than 1e-4 of the range (of its
/// logarithm for a logarithmic gene), so that 0.5 and 1 are met exactly and points that differ by less than the search can tell are one candidate.
/// Integers and choices have bins of equal width.
/// </summary>
internal static class GeneScale
{
    private const double Resolution = 1e-4;
    private const int MostDigits = 15;

    /// <param name="unit">Clamped to [0, 1]; not NaN.</param>
    public static double FromUnit(Gene gene, double unit)
    {
        if (double.IsNaN(unit))
            throw new ArgumentException($"the gene '{gene.Name}' is NaN", nameof(unit));
        unit = Math.Clamp(unit, 0, 1);

        var value = (gene.Integer || gene.IsCategorical, gene.Log) switch
        {
            (true, false) => gene.Lower + Math.Floor(unit * (gene.Upper - gene.Lower + 1)),
            (true, true) => Math.Round(Between(gene.Lower - 0.5, gene.Upper + 0.5, unit)),
            (false, false) => OnGrid(gene, gene.Lower + (unit * (gene.Upper - gene.Lower))),
            (false, true) => unit == 0 ? gene.Lower : unit == 1 ? gene.Upper : OnLogGrid(gene, Between(gene.Lower, gene.Upper, unit)),
        };
        return Math.Clamp(value, gene.Lower, gene.Upper);
    }

    /// <summary>Inverse of <see cref="FromUnit"/> up to the grid; the middle of the bin for integers and choices.</summary>
    public static double ToUnit(Gene gene, double value)
    {
        if (double.IsNaN(value))
            throw new ArgumentException($"the gene '{gene.Name}' is NaN", nameof(value));
        value = Math.Clamp(value, gene.Lower, gene.Upper);

        var unit = (gene.Integer || gene.IsCategorical, gene.Log) switch
        {
            (true, false) => (Math.Round(value) - gene.Lower + 0.5) / (gene.Upper - gene.Lower + 1),
            (true, true) => Share(gene.Lower - 0.5, gene.Upper + 0.5, Math.Round(value)),
            (false, false) => (value - gene.Lower) / (gene.Upper - gene.Lower),
            (false, true) => Share(gene.Lower, gene.Upper, value),
        };
        return Math.Clamp(unit, 0, 1);
    }

    private static double Between(double low, double high, double unit) => Math.Exp(Math.Log(low) + (unit * (Math.Log(high) - Math.Log(low))));

    private static double Share(double low, double high, double value) => (Math.Log(value) - Math.Log(low)) / (Math.Log(high) - Math.Log(low));

    private static double OnGrid(Gene gene, double value)
    {
        var finest = (gene.Upper - gene.Lower) * Resolution * (1 + 1e-9);
        var step = 1.0;
        for (var digits = 0; digits <= MostDigits; digits++, step *= 10)
        {
            if (1 / step <= finest)
                return Math.Round(value, digits);
        }

        return value; // a range below 1e-11
    }

    private static double OnLogGrid(Gene gene, double value)
    {
        var finest = (Math.Log(gene.Upper) - Math.Log(gene.Lower)) * Resolution;
        var digits = Math.Clamp((int)Math.Ceiling(1 - Math.Log10(finest)), 1, MostDigits);
        return double.Parse(value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
