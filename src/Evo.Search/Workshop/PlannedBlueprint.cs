using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Evo.Merging;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Search.Loop;
using Evo.Search.Runs;

namespace Evo.Search.Workshop;

/// <summary>A blueprint with the merge plan that carries it out; null when there is none.</summary>
internal sealed record PlannedBlueprint(
    string Id, ImmutableArray<double> Genome, string RecipeYaml, ImmutableArray<Coefficient> Coefficients, string? Problem, MergePlan? Plan)
    : Blueprint(Id, Genome, RecipeYaml, Coefficients, Problem)
{
    /// <param name="recipe">Gives the recipe, or says with a <see cref="RecipeException"/> why the genome makes none.</param>
    public static PlannedBlueprint Draw(ImmutableArray<double> genome, Func<MergeRecipe> recipe, ParentModels parents)
    {
        var yaml = "";
        try
        {
            var concrete = recipe();
            yaml = RecipeWriter.ToYaml(concrete);
            var plan = MergePlan.Create(concrete, parents);
            return new PlannedBlueprint(plan.ContentId, genome, yaml, CoefficientTable.Of(plan), null, plan);
        }
        catch (RecipeException exception)
        {
            var text = yaml.Length > 0 ? yaml : RunJson.Write(genome);
            var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("no plan\n" + text)));
            return new PlannedBlueprint(id, genome, yaml, [], exception.Message, null);
        }
    }
}
