using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Evo.Merging.Experts;

/// <summary>How an architecture of mixtures of experts spells its tensors and settings: data, one row an architecture.</summary>
/// <param name="Name">mergekit's name; recipes give its beginning.</param>
/// <param name="ModelTypes">Model types whose parts it takes; all inputs must be of one.</param>
/// <param name="ExpertName">Name of an expert's matrix in layer <c>{layer}</c>: <c>{expert}</c>, <c>{part}</c>.</param>
/// <param name="Parts">Its words for gate, up and down.</param>
/// <param name="SharedName">The same for the shared expert; null where there is none.</param>
/// <param name="SharedGateName">The shared expert's own gate; null where it has none.</param>
/// <param name="MinimumShared">Fewest shared experts.</param>
/// <param name="MaximumShared">Most shared experts.</param>
/// <param name="Biases">Attention biases that the architecture has.</param>
/// <param name="NeedsBiases">They must be there: zero where the models have none.</param>
/// <param name="Configure">Turns the base's configuration into the mixture's.</param>
internal sealed record ExpertLayout(
    string Name,
    ImmutableArray<string> ModelTypes,
    string RouterName,
    string ExpertName,
    (string Gate, string Up, string Down) Parts,
    string? SharedName,
    string? SharedGateName,
    int MinimumShared,
    int MaximumShared,
    ImmutableArray<string> Biases,
    bool NeedsBiases,
    Action<JsonObject, ExpertsRecipe> Configure)
{
    public string Router(int layer) => At(RouterName, layer);

    /// <param name="part"><c>gate</c>, <c>up</c> or <c>down</c>.</param>
    public string Expert(int layer, int expert, string part) =>
        At(ExpertName, layer).Replace("{expert}", expert.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{part}", Word(part), StringComparison.Ordinal);

    public string Shared(int layer, string part) => At(SharedName!, layer).Replace("{part}", Word(part), StringComparison.Ordinal);

    public string SharedGate(int layer) => At(SharedGateName!, layer);

    /// <summary>Why the layout cannot hold the recipe's result; null when it can.</summary>
    public string? Objection(ExpertsRecipe recipe, IReadOnlyCollection<string> modelTypes)
    {
        if (modelTypes.Count != 1)
            return $"all models must be of one type, and these are {string.Join(", ", modelTypes)}";
        if (!ModelTypes.Contains(modelTypes.First()))
            return $"{Name} takes models of type {string.Join(", ", ModelTypes)}, and these are {modelTypes.First()}";
        if (recipe.SharedExperts.Length < MinimumShared || recipe.SharedExperts.Length > MaximumShared)
            return $"{Name} has {(MaximumShared == 0 ? "no" : MinimumShared == MaximumShared ? "exactly one" : "at most one")} shared expert";
        if (recipe.SharedExperts.Any(expert => !expert.PositivePrompts.IsEmpty) && SharedGateName is null)
            return $"{Name} has no gate for the shared expert, so it can have no prompts";
        if (SharedGateName is not null && recipe.GateMode is not (GateMode.Random or GateMode.UniformRandom) && recipe.SharedExperts[0].PositivePrompts.IsEmpty)
            return $"{Name} has a gate for the shared expert, so it needs 'positive_prompts'";
        return null;
    }

    private string Word(string part) => part switch { "gate" => Parts.Gate, "up" => Parts.Up, _ => Parts.Down };

    private static string At(string pattern, int layer) => pattern.Replace("{layer}", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
