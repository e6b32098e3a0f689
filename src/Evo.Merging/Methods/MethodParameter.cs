using System.Collections.Immutable;

namespace Evo.Merging.Methods;

/// <summary>Where a parameter stands in a recipe: once for the merge, or once for each input model.</summary>
public enum ParameterScope
{
    Global,
    PerModel,
}

/// <summary>
/// A parameter that a merge method declares. Booleans are 0 and 1. The search range is what <c>evo methods</c> suggests, and the hard range is
/// what the method accepts.
/// </summary>
/// <param name="Default">Null when the recipe must give it.</param>
public sealed record MethodParameter(
    string Name,
    ParameterScope Scope,
    double? Default,
    double Minimum,
    double Maximum,
    double SuggestedMinimum,
    double SuggestedMaximum,
    string Description,
    bool IsBoolean = false)
{
    /// <summary>Accepted so that recipes written for mergekit run, but without influence on the result; no part of a plan's identity.</summary>
    public bool IsInert { get; init; }

    /// <summary>
    /// The texts of which a recipe gives one; their positions are the values. Empty for numbers. A name has the same choices in all methods.
    /// </summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    public bool IsChoice => !Choices.IsEmpty;

    /// <summary>
    /// Words that a recipe may give in the place of a number, and the values that stand for them (outside the range, so that no number is taken for one).
    /// A name has the same words in all methods.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, double>> Words { get; init; } = [];

    /// <summary>Whether the value lies in the range, or stands for a word.</summary>
    public bool Accepts(double value) => (value >= Minimum && value <= Maximum) || Words.Any(word => word.Value == value);

    /// <summary>A parameter that takes one of a few texts, the first by default.</summary>
    public static MethodParameter OneOf(string name, string description, params ImmutableArray<string> choices) =>
        new(name, ParameterScope.Global, 0, 0, choices.Length - 1, 0, choices.Length - 1, description) { Choices = choices };
}
