using System.Collections.Immutable;
using System.Globalization;

namespace Evo.Optimization.Settings;

public enum SettingKind
{
    Integer,
    Number,
    Choice,
}

/// <summary>One knob of an algorithm as users may write it, and the bounds it is checked against.</summary>
/// <param name="Default">What holds when the setting is absent, in words or as the value itself.</param>
/// <param name="Minimum">Smallest value allowed (numbers).</param>
/// <param name="Maximum">Largest value allowed (numbers).</param>
/// <param name="Choices">The allowed words (choices).</param>
public sealed record OptimizerSetting(
    string Name,
    SettingKind Kind,
    string Default,
    string Description,
    double Minimum = double.NegativeInfinity,
    double Maximum = double.PositiveInfinity,
    ImmutableArray<string> Choices = default)
{
    /// <summary>The allowed values as text: <c>4 to 100000</c>, <c>at least 0</c>, <c>none | ipop | bipop</c>.</summary>
    public string Range => Kind == SettingKind.Choice
        ? string.Join(" | ", Choices)
        : double.IsFinite(Maximum)
            ? string.Create(CultureInfo.InvariantCulture, $"{Minimum} to {Maximum}")
            : string.Create(CultureInfo.InvariantCulture, $"at least {Minimum}");
}
