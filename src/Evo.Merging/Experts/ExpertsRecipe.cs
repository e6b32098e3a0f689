using System.Collections.Immutable;
using Evo.Merging.Recipes;

namespace Evo.Merging.Experts;

/// <summary>How the router's rows come about.</summary>
public enum GateMode
{
    /// <summary>Hidden states of the prompts' last tokens, as they enter each layer.</summary>
    Hidden,

    /// <summary>The same, averaged over the prompts' tokens.</summary>
    HiddenAverage,

    /// <summary>Token embeddings of the prompts, the same for every layer.</summary>
    CheapEmbed,

    /// <summary>Standard normal numbers of a seed: for training.</summary>
    Random,

    /// <summary>Uniform numbers in ±1/√hidden of a seed: for training.</summary>
    UniformRandom,

    /// <summary>The rows that the contributors trained (FlexOlmo).</summary>
    Contributed,
}

/// <summary>One expert: whose feed-forward parts it is, and what is to be routed to it.</summary>
/// <param name="NoiseScale">Standard deviation of normal noise added to its matrices; null for none.</param>
/// <param name="ResidualScale">Factor on its down projection; null for 1.</param>
/// <param name="RouterBias">FlexOlmo: bᵉ ≤ 0, −∞ to leave the expert out; null for what the contributor trained.</param>
public sealed record Expert(
    string SourceModel,
    ImmutableArray<string> PositivePrompts,
    ImmutableArray<string> NegativePrompts,
    double? NoiseScale,
    double? ResidualScale,
    double? RouterBias,
    RecipePlace Place);

/// <summary>
/// A mixture of experts put together from whole models: mergekit-moe's grammar, and three keys of Evo's own (<c>seed</c>, <c>shared_parts</c>,
/// <c>architecture: flexolmo</c>). Nothing in it has been looked up on disk yet.
/// </summary>
public sealed record ExpertsRecipe
{
    /// <summary>The donor of attention, norms, embeddings, head, configuration and tokenizer.</summary>
    public required string BaseModel { get; init; }

    public GateMode GateMode { get; init; }

    /// <summary>Type of the written model; null keeps the base's.</summary>
    public string? Dtype { get; init; }

    /// <summary>Experts that a token is sent to; null for the layout's custom.</summary>
    public int? ExpertsPerToken { get; init; }

    public ImmutableArray<Expert> Experts { get; init; } = [];

    /// <summary>Experts that see every token.</summary>
    public ImmutableArray<Expert> SharedExperts { get; init; } = [];

    /// <summary>The beginning of an output layout's name; null for the first that fits.</summary>
    public string? Architecture { get; init; }

    /// <summary>Of random routers and noise.</summary>
    public long Seed { get; init; }

    /// <summary>A recipe whose result, feed-forward parts aside, takes the place of the base's own parts; null for those.</summary>
    public MergeRecipe? SharedParts { get; init; }

    /// <summary>The document itself, which is written beside the model.</summary>
    public required string Text { get; init; }

    /// <summary>What messages call it, as a rule its file name.</summary>
    public string SourceName { get; init; } = "recipe";

    public RecipePlace Place { get; init; }

    /// <summary>Every model that it names, once, the base first.</summary>
    public ImmutableArray<string> ReferencedModels =>
    [
        .. new[] { BaseModel }.Concat(Experts.Select(expert => expert.SourceModel)).Concat(SharedExperts.Select(expert => expert.SourceModel))
            .Concat(SharedParts?.ReferencedModels ?? []).Distinct(StringComparer.Ordinal),
    ];

    internal RecipeException Refuse(string problem, RecipePlace? place = null) => (place ?? Place).Refuse(SourceName, problem);
}
