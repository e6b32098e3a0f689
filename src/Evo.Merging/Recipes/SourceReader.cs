using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>Reads <c>models:</c>, <c>slices:</c> and <c>modules:</c>: which layers of which models go into the result.</summary>
internal static class SourceReader
{
    /// <summary>The models and slices of the document or of a module, of which exactly one is there.</summary>
    public static (ImmutableArray<RecipeModel> Models, ImmutableArray<RecipeSlice> Slices) Read(Dictionary<string, RecipeNode> fields) =>
        (fields.TryGetValue("models", out var models) ? Models(models) : [], fields.TryGetValue("slices", out var slices) ? Slices(slices) : []);

    public static ImmutableArray<RecipeModule> Modules(RecipeNode node)
    {
        var modules = ImmutableArray.CreateBuilder<RecipeModule>();
        foreach (var (key, value) in node.Entries("'modules'"))
        {
            var fields = value.Mapping($"the module '{key.Text("a module's name")}'", RecipeKeys.Module);
            if (fields.ContainsKey("models") == fields.ContainsKey("slices"))
                throw key.Refuse($"the module '{key.Text("a module's name")}' needs exactly one of 'models' and 'slices'");
            var (models, slices) = Read(fields);
            modules.Add(new RecipeModule(key.Text("a module's name"), models, slices, ParameterReader.Read(fields)) { Place = key.Place });
        }

        return modules.Count > 0 ? modules.ToImmutable() : throw node.Refuse("'modules' must name at least one module");
    }

    private static ImmutableArray<RecipeModel> Models(RecipeNode node)
    {
        var models = ImmutableArray.CreateBuilder<RecipeModel>();
        foreach (var item in node.Items("'models'"))
        {
            var fields = item.Mapping("an entry of 'models'", RecipeKeys.Model);
            var name = ModelReader.Required(item, fields);
            if (models.Any(earlier => earlier.Model == name))
                throw item.Refuse($"the model '{name}' is listed twice; give it once, with the sum of its weights");
            models.Add(new RecipeModel(name, ParameterReader.Read(fields)) { Place = item.Place });
        }

        return models.ToImmutable();
    }

    private static ImmutableArray<RecipeSlice> Slices(RecipeNode node)
    {
        var slices = node.Items("'slices'").Select(Slice).ToImmutableArray();
        return slices.Any(slice => slice.Sources[0].LayerCount > 0) ? slices : throw node.Refuse("no slice has a layer: all their 'layer_range's are empty");
    }

    private static RecipeSlice Slice(RecipeNode node)
    {
        var fields = node.Mapping("an entry of 'slices'", RecipeKeys.Slice);
        return fields.TryGetValue("sources", out var sources)
            ? new RecipeSlice(Sources(sources), ModelReader.OrNull(fields, "base_model"), ParameterReader.Read(fields)) { Place = node.Place }
            : throw node.Refuse("'sources' is missing");
    }

    /// <summary>
    /// A slice may be empty ([4, 4]): the first slice's models give what comes before the layers and the last one's what comes after them, so that an empty one
    /// says where the embedding or the head comes from.
    /// </summary>
    private static ImmutableArray<SliceSource> Sources(RecipeNode node)
    {
        var sources = ImmutableArray.CreateBuilder<SliceSource>();
        foreach (var item in node.Items("'sources'"))
        {
            var fields = item.Mapping("an entry of 'sources'", RecipeKeys.Source);
            var name = ModelReader.Required(item, fields);
            if (sources.Any(earlier => earlier.Model == name))
                throw item.Refuse($"the model '{name}' is listed twice in one slice");
            if (!fields.TryGetValue("layer_range", out var range))
                throw item.Refuse("'layer_range' is missing: [first, end), for example [0, 16]");
            var bounds = range.Items("'layer_range'");
            if (bounds.Count != 2)
                throw range.Refuse("'layer_range' must be two whole numbers: [first, end)");
            var (first, end) = (bounds[0].WholeNumber("'layer_range'"), bounds[1].WholeNumber("'layer_range'"));
            if (first < 0 || end < first)
                throw range.Refuse($"'layer_range' [{first}, {end}] is no range: the first must be 0 or more and the end not less than it");
            var source = new SliceSource(name, first, end, ParameterReader.Read(fields)) { Place = item.Place };
            if (sources.Count > 0 && sources[0].LayerCount != source.LayerCount)
                throw range.Refuse($"all sources of a slice need equally many layers: {sources[0].LayerCount} and {source.LayerCount}");
            sources.Add(source);
        }

        return sources.ToImmutable();
    }
}
