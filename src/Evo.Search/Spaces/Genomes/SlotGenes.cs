using System.Collections.Immutable;
using Evo.Search.Spaces.Recipes;

namespace Evo.Search.Spaces.Genomes;

/// <summary>All genes of one range.</summary>
/// <param name="Groups">The tensor groups of its <c>per</c>; null without such an axis.</param>
internal sealed record SlotGenes(RecipeSlot Slot, TensorGroups? Groups, ImmutableArray<ModelGenes> ByModel);

/// <summary>What a gene is for: the parameter, and the model's label when it speaks of one model.</summary>
internal sealed record GeneRole(RecipeSlot Slot, string Parameter, string? Model);
