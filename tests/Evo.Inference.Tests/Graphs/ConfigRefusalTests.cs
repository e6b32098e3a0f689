using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Inference.Graphs;
using Evo.Inference.Tests.Golden;

namespace Evo.Inference.Tests.Graphs;

/// <summary>A field that changes numbers is computed or refused by name, never left out in silence.</summary>
public sealed class ConfigRefusalTests
{
    [Theory]
    [InlineData("model_type", "\"gpt2\"")]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("partial_rotary_factor", "0.5")]
    [InlineData("final_logit_softcapping", "30.0")]
    [InlineData("quantization_config", """{"bits": 4}""")]
    [InlineData("num_experts", "8")]
    [InlineData("logits_scaling", "2.0")]
    [InlineData("no_rope_layers", "[1, 0]")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("head_dim", "24")]
    [InlineData("head_dim", "1073741824")]
    [InlineData("hidden_size", "-64")]
    [InlineData("num_hidden_layers", "2147483647")]
    [InlineData("rope_theta", "0")]
    [InlineData("rope_scaling", "\"linear\"")]
    [InlineData("rope_scaling", """{"rope_type": "longrope", "factor": 4.0}""", "rope_scaling.rope_type")]
    [InlineData("rope_scaling", """{"rope_type": "linear"}""", "rope_scaling.factor")]
    [InlineData("rope_scaling", """{"rope_type": "linear", "factor": -2}""", "rope_scaling.factor")]
    [InlineData("rope_scaling", """{"rope_type": "linear", "factor": 2, "surprise": 1}""", "rope_scaling.surprise")]
    [InlineData("rope_parameters", """{"full_attention": {"rope_theta": 10000.0}}""", "rope_parameters.full_attention")]
    public void It_is_refused_by_name(string field, string value, string? named = null)
    {
        var refusal = Assert.Throws<CheckpointException>(() => DecoderConfig.Read(Changed("llama", (field, value))));

        Assert.Contains($"'{named ?? field}'", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("config.json", refusal.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mistral", "sliding_window", "-1")]
    [InlineData("qwen2", "layer_types", """["full_attention"]""")]
    [InlineData("qwen2", "layer_types", """["full_attention", "chunked_attention"]""")]
    [InlineData("qwen2", "attention_bias", "true")]
    public void So_are_those_of_other_architectures(string model, string field, string value) =>
        Assert.Contains($"'{field}'", Assert.Throws<CheckpointException>(() => DecoderConfig.Read(Changed(model, (field, value)))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("attn_logit_softcapping", "null")]
    [InlineData("partial_rotary_factor", "1.0")]
    [InlineData("rope_scaling", "null")]
    [InlineData("rope_scaling", """{"type": "dynamic", "factor": 2.0}""")]
    [InlineData("rope_parameters", """{"rope_type": "default", "rope_theta": 10000.0}""")]
    [InlineData("use_cache", "false")]
    [InlineData("attention_dropout", "0.1")]
    public void Neutral_values_and_bookkeeping_pass(string field, string value) => DecoderConfig.Read(Changed("llama", (field, value)));

    [Theory]
    [InlineData("mistral", new[] { 16, 16 }, "sliding_window", "16")]
    [InlineData("mistral", new[] { 0, 0 }, "sliding_window", "4096")] // not shorter than the context
    [InlineData("mistral", new[] { 0, 16 }, "sliding_window", "16", "layer_types", """["full_attention", "sliding_attention"]""")]
    [InlineData("qwen2", new[] { 0, 0 }, "sliding_window", "16")] // its switch is off
    [InlineData("qwen2", new[] { 0, 16 }, "sliding_window", "16", "use_sliding_window", "true", "max_window_layers", "1")]
    public void Windows_are_those_of_the_layers(string model, int[] expected, params string[] changes) =>
        Assert.Equal(expected, DecoderConfig.Read(Changed(model, [.. changes.Chunk(2).Select(change => (change[0], change[1]))])).Windows.ToArray());

    [Fact]
    public void A_window_that_no_memory_would_hold_is_offered_in_part()
    {
        var config = DecoderConfig.Read(Changed("llama", ("max_position_embeddings", "2147483647")));

        Assert.Equal(131_072, config.ContextLength);
    }

    [Fact]
    public void Rope_parameters_take_the_place_of_rope_theta_and_rope_scaling()
    {
        var older = DecoderConfig.Read(Changed("llama", ("rope_theta", "5000.0"), ("rope_scaling", """{"rope_type": "linear", "factor": 2.0}""")));
        var newer = DecoderConfig.Read(Changed("llama", ("rope_scaling", "null"), ("rope_parameters", """{"rope_type": "linear", "factor": 2.0, "rope_theta": 5000.0}""")));

        Assert.Equal(older.Rotary.Frequencies.ToArray(), newer.Rotary.Frequencies.ToArray());
    }

    private static ModelConfig Changed(string model, params (string Field, string Value)[] changes)
    {
        using var golden = GoldenModel.Open(model);
        var json = golden.Config.Json.DeepClone().AsObject();
        foreach (var (field, value) in changes)
            json[field] = JsonNode.Parse(value);
        return ModelConfig.From(json, "somewhere/config.json");
    }
}
