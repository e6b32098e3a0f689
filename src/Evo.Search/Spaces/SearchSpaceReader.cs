using Evo.Search.Spaces.Reading;
using Evo.Search.Spaces.Recipes;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces;

/// <summary>Reads search-space files (product.md, section 1).</summary>
public static class SearchSpaceReader
{
    private const int MostCharacters = 1 << 20;

    /// <summary>Reads and checks a search space.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides"><c>path=value</c> each, the path dotted, list entries by number: <c>search.seed=3</c>, <c>objectives.0.metric=f1</c>.</param>
    /// <param name="folder">Where relative paths start; by default the file's own folder. A run directory's copy gives the original's.</param>
    /// <exception cref="SearchSpaceException">The space cannot be used; file, line, column and the way out are in the message.</exception>
    /// <exception cref="Evo.Merging.RecipeException">The recipe in it cannot be used, likewise.</exception>
    public static SearchSpace Read(string path, IReadOnlyList<string>? overrides = null, string? folder = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = Path.GetFullPath(path);
        return Parse(Text(full, path), full, folder is null ? Path.GetDirectoryName(full)! : Path.GetFullPath(folder), path, overrides);
    }

    /// <summary>Reads a search space from text.</summary>
    /// <param name="path">Full path that the text is taken to stand at.</param>
    /// <param name="folder">Full path of the folder where relative paths start.</param>
    /// <param name="source">What messages call it.</param>
    internal static SearchSpace Parse(string text, string path, string folder, string source, IReadOnlyList<string>? overrides = null)
    {
        var document = SpaceDocument.Parse(text, source);
        Overrides.Apply(document, overrides ?? []);

        var fields = new Fields(document, document.Root, "a search space", "recipe", "objectives", "evaluator", "search", "splits");
        var recipeNode = fields.Require("recipe", "what to merge, in mergekit's grammar");
        var recipe = recipeNode as YamlMappingNode ?? throw document.Refuse(recipeNode, "'recipe' must be a mapping in mergekit's grammar");
        var template = RecipeTemplate.Read(document, recipe);
        RecipeCheck.Check(document, template, folder);

        var objectives = ObjectivesSection.Read(document, fields.Require("objectives", "what to search for"), folder, template.BaseModel);
        var search = SearchSection.Read(document, fields.Require("search", "at least {algorithm: nsga2, budget: {generations: 20}}"), objectives);
        var evaluator = EvaluatorSection.Read(document, fields.Find("evaluator"));
        var splits = SplitsSection.Read(document, fields.Find("splits"));

        var space = new SearchSpace
        {
            Path = path,
            Folder = folder,
            Recipe = recipe,
            Models = template.Models,
            BaseModel = template.BaseModel,
            Objectives = objectives,
            Evaluator = evaluator,
            Search = search,
            Splits = splits,
            ContentHash = "",
            ResolvedYaml = "",
        };
        var resolved = new ResolvedSpace(document, space, template);
        return space with { ContentHash = resolved.ContentHash(), ResolvedYaml = resolved.ToYaml() };
    }

    private static string Text(string full, string path)
    {
        try
        {
            // Not by the length that the file system says: a device has none and no end.
            using var reader = new StreamReader(full);
            var buffer = new char[MostCharacters + 1];
            var read = reader.ReadBlock(buffer);
            return read <= MostCharacters
                ? new string(buffer, 0, read)
                : throw new SearchSpaceException(path, 1, 1, $"the file has more than the {MostCharacters} characters that are read");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SearchSpaceException($"{path}: cannot be read: {error.Message}", error);
        }
    }
}
