using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>The value of a parameter as a recipe gives it: a number, a gradient over depth, or values chosen by tensor name.</summary>
public abstract record ParameterSetting
{
    public RecipePlace Place { get; init; }

    /// <summary>
    /// The value for one tensor, or null when the setting says nothing about it (no filter matches) and the next level decides.
    /// </summary>
    /// <param name="tensorName">Full tensor name; filters are substrings of it.</param>
    /// <param name="depth">mergekit's t: layer / (layers - 1) within the slice, 1 in a one-layer slice, 0 outside the layers.</param>
    public abstract double? Evaluate(string tensorName, double depth);
}

/// <summary>
/// One number for every tensor. Booleans are 0 and 1, and are written back as <c>true</c> and <c>false</c>; a text is the position of that text among the
/// parameter's choices.
/// </summary>
public sealed record ScalarSetting(double Value, bool IsBoolean = false, string? Text = null) : ParameterSetting
{
    public override double? Evaluate(string tensorName, double depth) => Value;
}

/// <summary>Knots at equal distances over depth, linearly interpolated: the first at depth 0, the last at depth 1.</summary>
public sealed record GradientSetting(ImmutableArray<double> Knots) : ParameterSetting
{
    public override double? Evaluate(string tensorName, double depth)
    {
        var position = depth * (Knots.Length - 1);
        var lower = (int)position;
        var upper = Math.Min(Knots.Length - 1, lower + 1);
        var fraction = position - lower;
        return ((1 - fraction) * Knots[lower]) + (fraction * Knots[upper]);
    }

    public bool Equals(GradientSetting? other) => other is not null && Knots.SequenceEqual(other.Knots);

    public override int GetHashCode() => Knots.Aggregate(17, HashCode.Combine);
}

/// <summary>One entry of a conditional setting: a filter (null or <c>*</c> for every tensor, else a substring of its name) and a value.</summary>
public sealed record ConditionalValue(string? Filter, ParameterSetting Value)
{
    internal bool Matches(string tensorName) =>
        Filter is null or "*" || tensorName.Contains(Filter, StringComparison.Ordinal);
}

/// <summary>Values chosen by tensor name: the first entry whose filter matches decides.</summary>
public sealed record ConditionalSetting(ImmutableArray<ConditionalValue> Entries) : ParameterSetting
{
    public override double? Evaluate(string tensorName, double depth)
    {
        foreach (var entry in Entries)
            if (entry.Matches(tensorName))
                return entry.Value.Evaluate(tensorName, depth);
        return null;
    }

    public bool Equals(ConditionalSetting? other) => other is not null && Entries.SequenceEqual(other.Entries);

    public override int GetHashCode() => Entries.Aggregate(17, HashCode.Combine);
}
