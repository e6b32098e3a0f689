using System.Collections.Immutable;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Recipes;

/// <summary>
/// Reads mergekit's grammar. Whatever it does not carry out is refused with line and column, never ignored: a key that is silently dropped would give
/// another model than the one asked for.
/// </summary>
public static class RecipeReader
{
    /// <param name="yaml">One YAML document.</param>
    /// <param name="sourceName">What messages call the document, as a rule its file name.</param>
    /// <exception cref="RecipeException">The document is no recipe, or not one that can be carried out.</exception>
    public static MergeRecipe Read(string yaml, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(sourceName);
        return Read(BoundedYaml.Load(yaml, sourceName), sourceName);
    }

    /// <summary>Reads a recipe that stands inside another document; positions in messages are the node's own.</summary>
    /// <exception cref="RecipeException">The node is no recipe, or not one that can be carried out.</exception>
    public static MergeRecipe Read(YamlNode node, string sourceName)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(sourceName);
        var document = new RecipeNode(node, sourceName);
        var fields = document.Mapping("the recipe", RecipeKeys.Document);
        if (fields.ContainsKey("models") == fields.ContainsKey("slices"))
            throw document.Refuse("exactly one of 'models' and 'slices' is needed");

        return new MergeRecipe
        {
            MergeMethod = Method(fields.TryGetValue("merge_method", out var method)
                ? method
                : throw document.Refuse("'merge_method' is missing")),
            BaseModel = ModelOrNull(fields, "base_model"),
            Models = fields.TryGetValue("models", out var models) ? Models(models) : [],
            Slices = fields.TryGetValue("slices", out var slices) ? Slices(slices) : [],
            Parameters = ParameterReader.Read(fields),
            Dtype = Dtype(fields, "dtype"),
            OutDtype = Dtype(fields, "out_dtype"),
            TokenizerSource = TokenizerSource(fields),
            ChatTemplate = ChatTemplate(fields),
            SourceName = sourceName,
        };
    }

    private static string Method(RecipeNode node)
    {
        var name = node.Text("'merge_method'");
        if (MergeMethods.Find(name) is not null)
            return name;
        throw MethodsNotBuilt.Names.Contains(name)
            ? node.Refuse($"the method '{name}' is known but not built yet; there are {string.Join(", ", MergeMethods.All.Select(known => known.Name))}")
            : node.Refuse($"unknown method '{name}'{NearestName.Hint(name, [.. MergeMethods.All.Select(known => known.Name)])}");
    }

    private static ImmutableArray<RecipeModel> Models(RecipeNode node)
    {
        var models = ImmutableArray.CreateBuilder<RecipeModel>();
        foreach (var item in node.Items("'models'"))
        {
            var fields = item.Mapping("an entry of 'models'", RecipeKeys.Model);
            var name = ModelOf(item, fields);
            if (models.Any(earlier => earlier.Model == name))
                throw item.Refuse($"the model '{name}' is listed twice; give it once, with the sum of its weights");
            models.Add(new RecipeModel(name, ParameterReader.Read(fields)));
        }

        return models.ToImmutable();
    }

    private static ImmutableArray<RecipeSlice> Slices(RecipeNode node) =>
    [
        .. node.Items("'slices'").Select(item =>
        {
            var fields = item.Mapping("an entry of 'slices'", RecipeKeys.Slice);
            if (!fields.TryGetValue("sources", out var sources))
                throw item.Refuse("'sources' is missing");
            return new RecipeSlice(Sources(sources), ModelOrNull(fields, "base_model"), ParameterReader.Read(fields));
        }),
    ];

    private static ImmutableArray<SliceSource> Sources(RecipeNode node)
    {
        var sources = ImmutableArray.CreateBuilder<SliceSource>();
        foreach (var item in node.Items("'sources'"))
        {
            var fields = item.Mapping("an entry of 'sources'", RecipeKeys.Source);
            var name = ModelOf(item, fields);
            if (sources.Any(earlier => earlier.Model == name))
                throw item.Refuse($"the model '{name}' is listed twice in one slice");
            if (!fields.TryGetValue("layer_range", out var range))
                throw item.Refuse("'layer_range' is missing: [first, end), for example [0, 16]");
            var bounds = range.Items("'layer_range'");
            if (bounds.Count != 2)
                throw range.Refuse("'layer_range' must be two whole numbers: [first, end)");
            var (first, end) = (bounds[0].WholeNumber("'layer_range'"), bounds[1].WholeNumber("'layer_range'"));
            if (first < 0 || end <= first)
                throw range.Refuse($"'layer_range' [{first}, {end}] holds no layer: the first must be 0 or more and the end greater than it");
            var source = new SliceSource(name, first, end, ParameterReader.Read(fields));
            if (sources.Count > 0 && sources[0].LayerCount != source.LayerCount)
                throw range.Refuse($"all sources of a slice need equally many layers: {sources[0].LayerCount} and {source.LayerCount}");
            sources.Add(source);
        }

        return sources.ToImmutable();
    }

    private static string ModelOf(RecipeNode item, Dictionary<string, RecipeNode> fields) =>
        ModelOrNull(fields, "model") ?? throw item.Refuse("'model' is missing");

    private static string? ModelOrNull(Dictionary<string, RecipeNode> fields, string key)
    {
        if (!fields.TryGetValue(key, out var node))
            return null;
        var name = node.Text($"'{key}'");
        return name.Contains('+', StringComparison.Ordinal)
            ? throw node.Refuse($"'{name}': adapters (model+adapter) are not supported yet; merge the adapter into its model first and name the folder")
            : name;
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

    private static string? TokenizerSource(Dictionary<string, RecipeNode> fields)
    {
        if (!fields.TryGetValue("tokenizer_source", out var node))
            return null;
        return node.Text("'tokenizer_source'") is "base"
            ? "base"
            : throw node.Refuse("'tokenizer_source': only 'base' is supported yet; leave the key out when all models share one tokenizer");
    }

    private static string? ChatTemplate(Dictionary<string, RecipeNode> fields)
    {
        if (!fields.TryGetValue("chat_template", out var node))
            return null;
        var template = node.Text("'chat_template'");
        return template.Contains('{', StringComparison.Ordinal)
            ? template
            : throw node.Refuse($"'chat_template: {template}': only a Jinja template itself is supported yet; leave the key out to keep the base's");
    }
}
