using Evo.Checkpoints.Models;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Engines;

/// <summary>The files beside the weights: those of the plan, the recipe, the model card.</summary>
internal static class CompanionFiles
{
    public static void Add(ModelFolderWriter writer, MergePlan plan, string? readme)
    {
        foreach (var file in plan.Companions)
            if (file.Path is not null)
                writer.AddFile(file.Path);
            else
                writer.AddText(file.Name, file.Text!);
        if (plan.Experts is { } experts)
            writer.AddText("mergekit_moe_config.yml", experts.Text);
        else
            writer.AddText("mergekit_config.yml", RecipeWriter.ToYaml(plan.Recipe));
        if (readme is not null)
            writer.AddText("README.md", readme);
    }
}
