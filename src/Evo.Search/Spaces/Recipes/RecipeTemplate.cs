using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>A recipe with ranges in it, taken apart as far as genes need; its grammar is checked by the recipe reader on a sample without ranges.</summary>
/// <param name="Slots">In the recipe's order.</param>
/// <param name="Sources">In the recipe's order.</param>
/// <param name="Models">Every model that some candidate may need: base first, then in order of appearance, distinct.</param>
/// <param name="Methods">The merge method, or all that it may be; empty when the recipe names none.</param>
internal sealed record RecipeTemplate(
    YamlMappingNode Root,
    ImmutableArray<RecipeSlot> Slots,
    ImmutableArray<RecipeSource> Sources,
    ImmutableArray<string> Models,
    string? BaseModel,
    ImmutableArray<string> Methods)
{
    public RecipeSlot? MethodSlot => Slots.FirstOrDefault(slot => slot.Kind == SlotKind.Method);

    /// <summary>By identity: the same range may stand at many places.</summary>
    public Dictionary<YamlNode, RecipeSlot> SlotsByNode() => 
        new(Slots.Select(slot => KeyValuePair.Create((YamlNode)slot.Node, slot)), ReferenceEqualityComparer.Instance);

    /// <summary>
    /// A value for each model (<c>per: model</c>) goes to this source: no nearer level gives it one, and it is not the base of a method that takes task
    /// vectors from it.
    /// </summary>
    /// <param name="chosen">The method when it is known; else some method that the recipe may have decides.</param>
    public bool TakesPerModelValue(RecipeSource source, RecipeSlot slot, IMergeMethod? chosen = null) =>
        !source.Overrides(slot.Name, slot.Owner)
        && (source.Model is null || source.Model != source.BaseModel
            || (chosen is not null ? !IsBase(chosen) : Methods.Any(name => MergeMethods.Find(name) is not { } method || !IsBase(method))));

    private static bool IsBase(IMergeMethod method) => method.Needs.NeedsBase || method.Needs.TakesBase;

    public static RecipeTemplate Read(SpaceDocument document, YamlMappingNode recipe)
    {
        var labels = ModelLabels.Of(recipe);
        var walk = new RecipeWalk(document, recipe, labels);
        walk.Run();

        var baseModel = Scalars.TryText(YamlNodes.Find(recipe, "base_model"), out var text) ? text : null;
        var method = walk.Slots.FirstOrDefault(slot => slot.Kind == SlotKind.Method);
        var methods = method is not null ? method.Range.ChoiceNames
            : Scalars.TryText(YamlNodes.Find(recipe, "merge_method"), out var name) ? [name]
            : [];
        return new RecipeTemplate(
            recipe, [.. walk.Slots], [.. walk.Sources], [.. ModelLabels.Names(recipe)], baseModel, methods);
    }
}
