using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>The <c>parameters:</c> mapping of one level of a recipe (source, slice or the whole merge), in the order of the document.</summary>
public sealed record RecipeParameters(ImmutableArray<KeyValuePair<string, ParameterSetting>> Settings)
{
    public static RecipeParameters None { get; } = new([]);

    public bool IsEmpty => Settings.IsEmpty;

    /// <summary>The setting of a name, or null when this level does not have it.</summary>
    public ParameterSetting? Find(string name)
    {
        foreach (var setting in Settings)
            if (setting.Key == name)
                return setting.Value;
        return null;
    }

    /// <summary>The value for one tensor, or null when this level says nothing about it.</summary>
    public double? Evaluate(string name, string tensorName, double depth) => Find(name)?.Evaluate(tensorName, depth);

    public bool Equals(RecipeParameters? other) => other is not null && Settings.SequenceEqual(other.Settings);

    public override int GetHashCode() => Settings.Aggregate(17, HashCode.Combine);
}
