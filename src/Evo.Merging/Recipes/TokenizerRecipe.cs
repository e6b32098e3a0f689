using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>The <c>tokenizer:</c> section: where the result's vocabulary comes from, and the rows of single tokens.</summary>
/// <param name="Source"><c>base</c>, <c>union</c>, or the model whose tokenizer the result has.</param>
/// <param name="Tokens">Rules of single tokens, in the order of the document; tokens that the vocabulary lacks are added to it.</param>
/// <param name="PadToMultipleOf">The embedding's rows are filled up to a multiple of it; null for none.</param>
public sealed record TokenizerRecipe(string Source, ImmutableArray<TokenRule> Tokens, int? PadToMultipleOf)
{
    public const string Base = "base";
    public const string Union = "union";

    public RecipePlace Place { get; init; }

    /// <summary>The model named as <see cref="Source"/>; null for <c>base</c> and <c>union</c>.</summary>
    public string? Model => Source is Base or Union ? null : Source;

    public bool Equals(TokenizerRecipe? other) =>
        other is not null && Source == other.Source && Tokens.SequenceEqual(other.Tokens) && PadToMultipleOf == other.PadToMultipleOf;

    public override int GetHashCode() => HashCode.Combine(Source, Tokens.Length, PadToMultipleOf);
}

/// <summary>What is said of one token.</summary>
/// <param name="Origin">The row that models without the token take for it; null leaves that to the rule for all tokens.</param>
/// <param name="Force">Models that have the token take that row, too.</param>
public sealed record TokenRule(string Token, TokenOrigin? Origin, bool Force)
{
    public RecipePlace Place { get; init; }
}

/// <summary>Where the row of a token comes from.</summary>
public abstract record TokenOrigin
{
    private TokenOrigin()
    {
    }

    /// <summary>The token's own row in one model.</summary>
    public sealed record OfModel(string Model) : TokenOrigin;

    /// <summary>The row of another token of one model: by text, or by number.</summary>
    public sealed record OfToken(string Model, string? Token, int? Id) : TokenOrigin;

    /// <summary>Zeros.</summary>
    public sealed record Zero : TokenOrigin;
}
