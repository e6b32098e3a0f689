using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Planning;
using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Recipes;

/// <summary>
/// Reads mergekit's grammar. Whatever it does not carry out is refused with line and column, never ignored: a key that is silently dropped would give
/// another model than the one asked for.
/// </summary>
public static class RecipeReader
{
    /// <param name="yaml">One YAML document, or several that refer to each other by <c>name:</c>: the recipe of the result, with the others as its stages.</param>
    /// <param name="sourceName">What messages call the document, as a rule its file name.</param>
    /// <exception cref="RecipeException">The document is no recipe, or not one that can be carried out.</exception>
    public static MergeRecipe Read(string yaml, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(sourceName);
        return RecipeStages.Assemble([.. BoundedYaml.Load(yaml, sourceName).Select(root => Read(root, sourceName))]);
    }

    /// <summary>
    /// Whether a document is a recipe itself, of a merge or of a mixture of experts, by its keys; a search space has one under <c>recipe:</c>. False for what is no YAML mapping.
    /// </summary>
    public static bool IsRecipe(string yaml, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(sourceName);
        return BoundedYaml.Load(yaml, sourceName) is [YamlMappingNode root, ..]
            && root.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value).ToArray() is var keys
            && keys.Intersect(RecipeKeys.Inputs.Append("merge_method").Append("experts")).Any() && !keys.Contains("recipe") && !keys.Contains("objectives");
    }

    /// <summary>The keys of a recipe that hold what other places of it refer to by YAML aliases, and say nothing themselves.</summary>
    public static IReadOnlySet<string> DefinitionsIn(YamlNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return SharedDefinitions.Of(node, RecipeKeys.Document);
    }

    /// <summary>Reads one recipe that stands inside another document; positions in messages are the node's own.</summary>
    /// <exception cref="RecipeException">The node is no recipe, or not one that can be carried out.</exception>
    public static MergeRecipe Read(YamlNode node, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(sourceName);
        var document = new RecipeNode(node, sourceName);
        var fields = document.Mapping("the recipe", RecipeKeys.Document, DefinitionsIn(node));
        if (RecipeKeys.Inputs.Count(fields.ContainsKey) != 1)
            throw document.Refuse("exactly one of 'models', 'slices' and 'modules' is needed");
        if (fields.TryGetValue("tokenizer", out var both) && fields.ContainsKey("tokenizer_source"))
            throw both.Refuse("'tokenizer' and 'tokenizer_source' exclude each other; 'tokenizer: {source: ...}' says both");

        var (models, slices) = SourceReader.Read(fields);
        var recipe = new MergeRecipe
        {
            Name = fields.TryGetValue("name", out var name) ? Name(name) : null,
            MergeMethod = Method(fields.TryGetValue("merge_method", out var method)
                ? method
                : throw document.Refuse("'merge_method' is missing")),
            BaseModel = ModelReader.OrNull(fields, "base_model"),
            Models = models,
            Slices = slices,
            Modules = fields.TryGetValue("modules", out var modules) ? SourceReader.Modules(modules) : [],
            Parameters = ParameterReader.Read(fields),
            Dtype = Dtype(fields, "dtype"),
            OutDtype = Dtype(fields, "out_dtype"),
            TokenizerSource = ModelReader.OrNull(fields, "tokenizer_source"),
            Tokenizer = fields.TryGetValue("tokenizer", out var tokenizer) ? TokenizerReader.Read(tokenizer) : null,
            ChatTemplate = ChatTemplate(fields),
            Calibration = CalibrationReader.Read(fields),
            SourceName = sourceName,
            Place = document.Place,
        };
        if (recipe.Tokenizer is not null)
            TokenizerReader.RequireReferenced(recipe.Tokenizer, recipe.ReferencedModels, sourceName);
        return recipe;
    }

    /// <summary>Only the section <c>calibration:</c> of a recipe, which may hold ranges elsewhere; null when it has none.</summary>
    /// <exception cref="RecipeException">The section cannot be carried out.</exception>
    public static CalibrationRecipe? ReadCalibration(YamlNode node, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(sourceName);
        return node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode("calibration"), out var section)
            ? CalibrationReader.Read(new Dictionary<string, RecipeNode> { ["calibration"] = new(section, sourceName) })
            : null;
    }

    private static string Name(RecipeNode node)
    {
        var name = node.Text("'name'");
        return ModelReference.TryParse(name, out var reference, out _) && reference.Path == name
            ? name
            : throw node.Refuse($"'{name}' cannot name a merge: '+' and '@' are for adapters and revisions");
    }

    private static string Method(RecipeNode node)
    {
        var name = node.Text("'merge_method'");
        if (MergeMethods.Find(name) is not null)
            return name;
        throw node.Refuse($"unknown method '{name}'{NearestName.Hint(name, [.. MergeMethods.All.Select(known => known.Name)])}");
    }

    private static string? Dtype(Dictionary<string, RecipeNode> fields, string key)
    {
        if (!fields.TryGetValue(key, out var node))
            return null;
        var name = node.Text($"'{key}'");
        return OutputTypes.Find(name) is { } type
            ? OutputTypes.NameOf(type)
            : throw node.Refuse($"'{key}: {name}' is not supported; there are float32, bfloat16 and float16");
    }

    private static string? ChatTemplate(Dictionary<string, RecipeNode> fields)
    {
        if (!fields.TryGetValue("chat_template", out var node))
            return null;
        var template = node.Text("'chat_template'");
        return template == ChatTemplates.Auto || ChatTemplates.Named.ContainsKey(template) || template.Contains('{', StringComparison.Ordinal)
            ? template
            : throw node.Refuse($"'chat_template: {template}' is neither 'auto', nor a known template, nor a Jinja template"
                + NearestName.Hint(template, [ChatTemplates.Auto, .. ChatTemplates.Named.Keys.Order(StringComparer.Ordinal)]));
    }
}
