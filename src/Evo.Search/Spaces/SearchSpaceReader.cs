namespace Evo.Search.Spaces;

/// <summary>Reads search-space files (product.md, section 1).</summary>
public static class SearchSpaceReader
{
    /// <summary>Reads and checks a search space.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides"><c>path=value</c> each, the path dotted, list entries by number: <c>search.seed=3</c>, <c>objectives.0.metric=f1</c>.</param>
    /// <param name="folder">Where relative paths start; by default the file's own folder. A run directory's copy gives the original's.</param>
    /// <exception cref="SearchSpaceException">The space cannot be used; file, line, column and the way out are in the message.</exception>
    /// <exception cref="Evo.Merging.RecipeException">The recipe in it cannot be used, likewise.</exception>
    public static SearchSpace Read(string path, IReadOnlyList<string>? overrides = null, string? folder = null) =>
        throw new NotSupportedException();
}
