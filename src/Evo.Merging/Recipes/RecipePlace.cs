namespace Evo.Merging.Recipes;

/// <summary>
/// Where in its document something stands, for messages: 1-based line and column, zeros for what was made in memory. No part of a recipe's value: any
/// two places are equal.
/// </summary>
public readonly struct RecipePlace(long line, long column) : IEquatable<RecipePlace>
{
    public long Line { get; } = line;

    public long Column { get; } = column;

    public static bool operator ==(RecipePlace left, RecipePlace right) => left.Equals(right);

    public static bool operator !=(RecipePlace left, RecipePlace right) => !left.Equals(right);

    public bool Equals(RecipePlace other) => true;

    public override bool Equals(object? obj) => obj is RecipePlace;

    public override int GetHashCode() => 0;

    /// <summary>A refusal of what stands here.</summary>
    internal RecipeException Refuse(string source, string problem) =>
        Line > 0 ? new RecipeException(source, Line, Column, problem) : new RecipeException($"{source}: {problem}");
}
