using System.Collections.Immutable;
using Evo.Merging.Recipes;

namespace Evo.Merging.Experts;

/// <summary>Reads mergekit-moe's grammar, strictly: what is not carried out is refused with line and column.</summary>
public static class ExpertsRecipeReader
{
    private static readonly string[] Keys =
        ["base_model", "gate_mode", "dtype", "experts", "experts_per_token", "shared_experts", "architecture", "seed", "shared_parts"];

    private static readonly string[] ExpertKeys =
        ["source_model", "positive_prompts", "negative_prompts", "noise_scale", "residual_scale", "router_bias"];

    private static readonly Dictionary<string, GateMode> Modes = new(StringComparer.Ordinal)
    {
        ["hidden"] = GateMode.Hidden, ["hidden_last"] = GateMode.Hidden, ["hidden_avg"] = GateMode.HiddenAverage, ["cheap_embed"] = GateMode.CheapEmbed,
        ["random"] = GateMode.Random, ["uniform_random"] = GateMode.UniformRandom,
    };

    /// <summary>The recipe; null when the document has no <c>experts</c> and is a recipe of another kind.</summary>
    /// <exception cref="RecipeException">It has experts, but is not a recipe that can be carried out, or no YAML at all.</exception>
    public static ExpertsRecipe? TryRead(string yaml, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(sourceName);
        var roots = BoundedYaml.Load(yaml, sourceName);
        var document = new RecipeNode(roots[0], sourceName);
        if (roots.Count != 1 || !document.IsMapping || !document.Entries("the recipe").Any(entry => entry.Key.IsScalar && entry.Key.Text("a key") == "experts"))
            return null;
        var fields = document.Mapping("a recipe of experts", Keys);
        var recipe = new ExpertsRecipe
        {
            BaseModel = ModelReader.OrNull(fields, "base_model") ?? throw document.Refuse("'base_model' is missing: it gives attention, norms and embeddings"),
            Architecture = fields.TryGetValue("architecture", out var architecture) ? architecture.Text("'architecture'") : null,
            Dtype = Dtype(fields),
            ExpertsPerToken = fields.TryGetValue("experts_per_token", out var count) ? count.WholeNumber("'experts_per_token'") : null,
            Experts = Experts(fields, "experts"),
            SharedExperts = fields.ContainsKey("shared_experts") ? Experts(fields, "shared_experts") : [],
            Seed = fields.TryGetValue("seed", out var seed) ? seed.WholeNumber("'seed'") : 0,
            SharedParts = fields.TryGetValue("shared_parts", out var shared) ? RecipeReader.Read(shared.Node, sourceName) : null,
            Text = yaml,
            SourceName = sourceName,
            Place = document.Place,
        };
        recipe = recipe with { GateMode = Mode(fields, FlexOlmoAssembly.IsAskedFor(recipe)) };
        RequirePrompts(recipe);
        return recipe;
    }

    private static GateMode Mode(Dictionary<string, RecipeNode> fields, bool isFlexOlmo)
    {
        if (!fields.TryGetValue("gate_mode", out var node))
            return isFlexOlmo ? GateMode.Contributed : GateMode.Hidden;
        var name = node.Text("'gate_mode'");
        if (isFlexOlmo)
            throw node.Refuse($"'gate_mode: {name}': FlexOlmo's router rows are the contributors' own; leave the key out");
        return Modes.TryGetValue(name, out var mode) ? mode : throw node.Refuse($"unknown gate mode '{name}'{NearestName.Hint(name, Modes.Keys)}");
    }

    private static ImmutableArray<Expert> Experts(Dictionary<string, RecipeNode> fields, string key) =>
    [
        .. fields[key].Items($"'{key}'").Select(item =>
        {
            var own = item.Mapping($"an entry of '{key}'", ExpertKeys);
            return new Expert(
                ModelReader.OrNull(own, "source_model") ?? throw item.Refuse("'source_model' is missing"),
                Prompts(own, "positive_prompts"),
                Prompts(own, "negative_prompts"),
                Number(own, "noise_scale"),
                Number(own, "residual_scale"),
                Bias(own),
                item.Place);
        }),
    ];

    private static ImmutableArray<string> Prompts(Dictionary<string, RecipeNode> fields, string key) =>
        fields.TryGetValue(key, out var list) ? [.. list.Items($"'{key}'").Select(item => item.Text("a prompt"))] : [];

    private static double? Number(Dictionary<string, RecipeNode> fields, string key) =>
        fields.TryGetValue(key, out var node) ? node.Scalar($"'{key}'").Value : null;

    private static double? Bias(Dictionary<string, RecipeNode> fields)
    {
        if (!fields.TryGetValue("router_bias", out var node))
            return null;
        var bias = node.IsScalar && node.Text("'router_bias'") is "-.inf" or "-.Inf" or "-.INF" ? double.NegativeInfinity : node.Scalar("'router_bias'").Value;
        return bias <= 0 ? bias : throw node.Refuse("'router_bias' must be 0 or below: the public expert has 0, and others are held back from it");
    }

    private static string? Dtype(Dictionary<string, RecipeNode> fields)
    {
        if (!fields.TryGetValue("dtype", out var node))
            return null;
        var name = node.Text("'dtype'");
        return OutputTypes.Find(name) is { } type
            ? OutputTypes.NameOf(type)
            : throw node.Refuse($"'dtype: {name}' is not supported; there are float32, bfloat16 and float16");
    }

    private static void RequirePrompts(ExpertsRecipe recipe)
    {
        if (recipe.ExpertsPerToken is { } count && (count < 1 || count > recipe.Experts.Length + (recipe.GateMode == GateMode.Contributed ? 1 : 0)))
            throw recipe.Refuse($"'experts_per_token' is {count}, but must be 1 or more and at most the number of experts");
        if (recipe.GateMode is GateMode.Random or GateMode.UniformRandom or GateMode.Contributed)
            return;
        foreach (var expert in recipe.Experts)
            if (expert.PositivePrompts.IsEmpty)
                throw recipe.Refuse($"the expert '{expert.SourceModel}' has no 'positive_prompts', from which its row of the router is made; "
                    + "add some, or use 'gate_mode: random' to train the router afterwards", expert.Place);
        if (recipe.Experts.Length > 1 && recipe.Experts.Skip(1).All(expert => Same(expert, recipe.Experts[0])))
            throw recipe.Refuse("all experts have the same prompts, so the router could not tell them apart; give each prompts of what it is good at");
        if (recipe.Experts.Length > 1 && recipe.Experts.All(expert => expert.SourceModel == recipe.Experts[0].SourceModel))
            throw recipe.Refuse("all experts are the same model, so the result would be that model, only larger; "
                + "to train them apart afterwards, use 'gate_mode: random'");
    }

    private static bool Same(Expert first, Expert second) =>
        first.PositivePrompts.SequenceEqual(second.PositivePrompts) && first.NegativePrompts.SequenceEqual(second.NegativePrompts);
}
