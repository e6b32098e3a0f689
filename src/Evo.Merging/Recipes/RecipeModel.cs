using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>One entry of <c>models:</c>.</summary>
/// <param name="Model">A <see cref="ModelReference"/> as text.</param>
public sealed record RecipeModel(string Model, RecipeParameters Parameters)
{
    public RecipePlace Place { get; init; }
}

/// <summary>One source of a slice: layers <c>[FirstLayer, EndLayer)</c> of a model.</summary>
public sealed record SliceSource(string Model, int FirstLayer, int EndLayer, RecipeParameters Parameters)
{
    public RecipePlace Place { get; init; }

    public int LayerCount => EndLayer - FirstLayer;
}

/// <summary>One entry of <c>slices:</c>: consecutive output layers, merged from equally many layers of each source.</summary>
public sealed record RecipeSlice(ImmutableArray<SliceSource> Sources, string? BaseModel, RecipeParameters Parameters)
{
    public RecipePlace Place { get; init; }

    public bool Equals(RecipeSlice? other) =>
        other is not null && Sources.SequenceEqual(other.Sources) && BaseModel == other.BaseModel && Parameters.Equals(other.Parameters);

    public override int GetHashCode() => HashCode.Combine(Sources.Length, BaseModel, Parameters);
}

/// <summary>One entry of <c>modules:</c>: how one part of a multimodal model is merged. Exactly one of models and slices is filled.</summary>
/// <param name="Name">
/// <c>text_decoder</c>, <c>vision_tower</c>, <c>multi_modal_projector</c>, <c>audio_tower</c>, <c>encoder</c>, <c>decoder</c>..., or the beginning of the
/// part's tensor names.
/// </param>
public sealed record RecipeModule(string Name, ImmutableArray<RecipeModel> Models, ImmutableArray<RecipeSlice> Slices, RecipeParameters Parameters)
{
    public RecipePlace Place { get; init; }

    public bool Equals(RecipeModule? other) =>
        other is not null && Name == other.Name && Models.SequenceEqual(other.Models) && Slices.SequenceEqual(other.Slices) && Parameters.Equals(other.Parameters);

    public override int GetHashCode() => HashCode.Combine(Name, Models.Length, Slices.Length, Parameters);
}
