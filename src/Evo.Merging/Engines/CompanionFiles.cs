using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Engines;

/// <summary>The files beside the weights: tokenizer and generation settings of the donor, the recipe, the model card.</summary>
internal static class CompanionFiles
{
    private const string TokenizerConfig = "tokenizer_config.json";
    private const string ChatTemplate = "chat_template.jinja";

    public static void Add(ModelFolderWriter writer, MergePlan plan, string? readme)
    {
        var template = plan.Recipe.ChatTemplate;
        foreach (var file in plan.Donor.TokenizerFiles)
            if (template is null)
                writer.AddFile(file);
            else if (Path.GetFileName(file) == TokenizerConfig)
                writer.AddJson(TokenizerConfig, WithTemplate(file, template));
            else if (!Path.GetFileName(file).StartsWith("chat_template", StringComparison.Ordinal))
                writer.AddFile(file);
        if (template is not null)
            writer.AddText(ChatTemplate, template);
        if (plan.Donor.GenerationConfigFile is { } generation)
            writer.AddFile(generation);
        writer.AddText("mergekit_config.yml", RecipeWriter.ToYaml(plan.Recipe));
        if (readme is not null)
            writer.AddText("README.md", readme);
    }

    private static JsonObject WithTemplate(string file, string template)
    {
        try
        {
            var config = JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new CheckpointException(file, "is no JSON object");
            config["chat_template"] = template;
            return config;
        }
        catch (JsonException problem)
        {
            throw new CheckpointException(file, $"is not valid JSON: {problem.Message}", problem);
        }
    }
}
