using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>One entry of <c>models:</c>.</summary>
public sealed record RecipeModel(string Model, RecipeParameters Parameters);

/// <summary>One source of a slice: layers <c>[FirstLayer, EndLayer)</c> of a model.</summary>
public sealed record SliceSource(string Model, int FirstLayer, int EndLayer, RecipeParameters Parameters)
{
    public int LayerCount => EndLayer - FirstLayer;
}

/// <summary>One entry of <c>slices:</c>: consecutive output layers, merged from equally many layers of each source.</summary>
public sealed record RecipeSlice(ImmutableArray<SliceSource> Sources, string? BaseModel, RecipeParameters Parameters);
