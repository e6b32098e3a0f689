using System.Collections.Immutable;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Calibration;

/// <summary>What a whole plan needs of statistics, checked before any work.</summary>
internal static class PlanCalibration
{
    /// <exception cref="RecipeException">A tensor needs statistics and nothing says on which text, or they cannot be had.</exception>
    public static void Require(MergeRecipe recipe, ParentModels parents, ImmutableArray<PlannedTensor> tensors)
    {
        var needs = new Dictionary<string, CalibrationKinds>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            var needed = tensor.CalibrationNeeds;
            if (needed.IsNone)
                continue;
            if (recipe.Calibration is null && parents.Calibration is null)
                throw recipe.Refuse(recipe.Place, $"'{Asking(tensor)}' with these parameters needs statistics of the models on text, and the recipe has no "
                    + "'calibration'; add\n  calibration:\n    texts: FILE   # .jsonl, .txt or a task's .yaml");
            foreach (var model in tensor.Models)
                needs[model.Model] = needs.GetValueOrDefault(model.Model) | needed.OfModels;
            if (tensor.Base is { } @base)
                needs[@base.Model] = needs.GetValueOrDefault(@base.Model) | needed.OfBase;
        }

        foreach (var (model, kinds) in needs)
            if (kinds != CalibrationKinds.None)
                parents.Calibration?.Require(model, kinds);
    }

    private static string Asking(PlannedTensor tensor) => tensor.Method.CalibrationOf(tensor.Parameters).IsNone
        ? tensor.Modifiers.First(modifier => !modifier.CalibrationOf(tensor.Parameters).IsNone).Name
        : tensor.Method.Name;
}
