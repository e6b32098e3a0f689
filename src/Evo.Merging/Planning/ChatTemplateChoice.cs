using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Merging.Planning.Vocabularies;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>The chat template that a recipe asks for, as Jinja.</summary>
internal static class ChatTemplateChoice
{
    /// <summary>
    /// Null when the tokenizer keeps its own. <c>auto</c> is the template that most of the models have; of equally many, the first in the recipe's order.
    /// </summary>
    public static string? Of(MergeRecipe recipe, ParentModels parents, PlanNotes notes)
    {
        if (recipe.ChatTemplate != ChatTemplates.Auto)
            return recipe.ChatTemplate is { } asked ? ChatTemplates.Named.GetValueOrDefault(asked, asked) : null;
        var most = recipe.ReferencedModels.Select(model => OfFolder(parents[model])).OfType<string>()
            .GroupBy(template => template.Trim(), StringComparer.Ordinal).OrderByDescending(template => template.Count()).FirstOrDefault();
        if (most is null)
            notes.Add("'chat_template: auto': none of the models has a chat template, and neither has the result");
        return most?.Key;
    }

    private static string? OfFolder(ModelFolder folder)
    {
        var files = folder.TokenizerFiles.ToDictionary(file => Path.GetFileName(file), StringComparer.Ordinal);
        if (files.TryGetValue("chat_template.jinja", out var jinja))
            return File.ReadAllText(jinja);
        foreach (var name in new[] { "tokenizer_config.json", "chat_template.json" })
            if (files.TryGetValue(name, out var file) && Default(TokenizerFiles.Read(file)["chat_template"]) is { } template)
                return template;
        return null;
    }

    /// <summary>The template itself, or of several the one called <c>default</c>.</summary>
    private static string? Default(JsonNode? template) => template switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) && text.Length > 0 => text,
        JsonObject byName => Default(byName["default"]),
        JsonArray list => list.OfType<JsonObject>().Where(entry => entry["name"] is JsonValue name && name.TryGetValue<string>(out var text) && text == "default")
            .Select(entry => Default(entry["template"])).FirstOrDefault(),
        _ => null,
    };
}
