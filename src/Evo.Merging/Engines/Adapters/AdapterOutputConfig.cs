using System.Text.Json.Nodes;
using Evo.Checkpoints.Adapters;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Adapters;

/// <summary>The adapter_config.json of a merged adapter, as PEFT reads it: α = r for every module, because the factors hold their scale.</summary>
internal static class AdapterOutputConfig
{
    public static JsonObject Of(IReadOnlyList<AdapterPart> parts)
    {
        var origin = Origin(parts);
        var updates = parts.Where(part => !part.IsSaved).ToArray();
        var saved = parts.Where(part => part.IsSaved).ToArray();
        var rank = updates.Select(part => part.Rank).DefaultIfEmpty(1).Max();
        var config = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = origin.Json["task_type"]?.DeepClone() ?? "CAUSAL_LM",
            ["base_model_name_or_path"] = origin.BaseModel,
            ["inference_mode"] = true,
            ["r"] = rank,
            ["lora_alpha"] = rank,
            ["lora_dropout"] = 0.0,
            ["init_lora_weights"] = true,
            ["use_rslora"] = false,
            ["use_dora"] = false,
            ["fan_in_fan_out"] = updates.Any(part => part is { IsEmbedding: false, Sample.IsTransposed: true }),
            ["bias"] = saved.Any(part => part.Name.EndsWith(".bias", StringComparison.Ordinal)) ? "all" : "none",
            ["target_modules"] = new JsonArray([.. updates.Select(part => JsonValue.Create(part.Module))]),
            ["rank_pattern"] = Other(updates, rank),
            ["alpha_pattern"] = Other(updates, rank),
        };
        string[] modules = [.. saved.Where(part => !part.Name.EndsWith(".bias", StringComparison.Ordinal)).Select(part => part.Module)];
        config["modules_to_save"] = modules.Length == 0 ? null : new JsonArray([.. modules.Select(module => JsonValue.Create(module))]);
        if (origin.TiesEmbeddings)
            config["ensure_weight_tying"] = true;
        return config;
    }

    private static JsonObject Other(AdapterPart[] updates, int rank) =>
        new(updates.Where(part => part.Rank != rank).Select(part => KeyValuePair.Create<string, JsonNode?>(part.Module, part.Rank)));

    /// <summary>The configuration of the first adapter that changes something.</summary>
    private static AdapterConfig Origin(IReadOnlyList<AdapterPart> parts) => parts[0].Tensor.Models.OfType<AdaptedTensor>().First().Adapter.Config;
}
