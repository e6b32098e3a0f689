using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

public sealed class ModelConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Essentials_are_typed_and_the_rest_is_there()
    {
        var config = Read(
            """
            {"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","num_hidden_layers":24,"vocab_size":151936,"tie_word_embeddings":true,
             "torch_dtype":"bfloat16","rope_theta":1e6,"hidden_size":896,"rope_scaling":null}
            """);
        Assert.Equal("qwen2", config.ModelType);
        Assert.Equal("Qwen2ForCausalLM", config.Architecture);
        Assert.Equal(24, config.NumHiddenLayers);
        Assert.Equal(151936, config.VocabSize);
        Assert.True(config.TieWordEmbeddings);
        Assert.Equal("bfloat16", config.TorchDtype);
        Assert.Equal(896, config.Integer("hidden_size"));
        Assert.Equal(1e6, config.Number("rope_theta"));
        Assert.Equal(8, config.Integer("num_key_value_heads", 8));
        Assert.False(config.Has("rope_scaling"));
        Assert.Equal("silu", config.Text("hidden_act", "silu"));
        Assert.Equal(1e6, config.Json["rope_theta"]!.GetValue<double>());
    }

    [Theory]
    [InlineData("""{"model_type":"gpt2","n_layer":12,"vocab_size":50257}""", 12, true)]
    [InlineData("""{"model_type":"llama","num_hidden_layers":2,"vocab_size":8}""", 2, false)]
    [InlineData("""{"model_type":"gemma2","num_hidden_layers":2,"vocab_size":8}""", 2, true)]
    [InlineData("""{"model_type":"gemma3","text_config":{"num_hidden_layers":3,"vocab_size":8}}""", 3, true)]
    [InlineData("""{"model_type":"qwen2","num_hidden_layers":2,"vocab_size":8,"tie_word_embeddings":null}""", 2, false)]
    public void Other_spellings_and_defaults_are_known(string json, int layers, bool tied)
    {
        var config = Read(json);
        Assert.Equal(layers, config.NumHiddenLayers);
        Assert.Equal(tied, config.TieWordEmbeddings);
        Assert.Null(config.TorchDtype);
    }

    [Theory]
    [InlineData("\"torch_dtype\":\"torch.float16\"", "float16")]
    [InlineData("\"dtype\":\"float32\"", "float32")]
    [InlineData("\"torch_dtype\":null,\"dtype\":\"float32\"", "float32")]
    [InlineData("\"torch_dtype\":\"auto\"", null)]
    public void The_stored_type_has_two_names(string field, string? type) =>
        Assert.Equal(type, Read($$"""{"model_type":"llama","num_hidden_layers":2,"vocab_size":8,{{field}}}""").TorchDtype);

    [Theory]
    [InlineData("""{"num_hidden_layers":2,"vocab_size":8}""", "'model_type' is missing; it must be a string")]
    [InlineData("""{"model_type":7,"num_hidden_layers":2,"vocab_size":8}""", "'model_type' must be a string, but is '7'")]
    [InlineData("""{"model_type":"llama","vocab_size":8}""", "'num_hidden_layers' is missing; it must be a whole number")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":"two","vocab_size":8}""", "'num_hidden_layers' must be a whole number of 32 bits, but is '\"two\"'")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":2.5,"vocab_size":8}""", "'num_hidden_layers' must be a whole number of 32 bits, but is '2.5'")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":0,"vocab_size":8}""", "'num_hidden_layers' must be above 0")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":2,"vocab_size":1e30}""", "'vocab_size' must be a whole number")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":2,"vocab_size":8,"tie_word_embeddings":"yes"}""", "'tie_word_embeddings' must be true or false")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":2,"vocab_size":8,"torch_dtype":[]}""", "'torch_dtype' must be a string")]
    [InlineData("""{"model_type":"llama","model_type":"gpt2"}""", "is not valid JSON")]
    [InlineData("""{"model_type":"\ud800"}""", "is not valid JSON")]
    [InlineData("{\n\"model_type\": nope}", "line 2, byte 16: is not valid JSON")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("null", "must hold a JSON object")]
    public void What_is_missing_or_wrong_is_named_with_the_file(string json, string problem)
    {
        var error = Assert.Throws<CheckpointException>(() => Read(json));
        Assert.StartsWith(_folder["config.json"], error.Message);
        Assert.Contains(problem, error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"architectures\":[]")]
    [InlineData(",\"architectures\":\"LlamaForCausalLM\"")]
    [InlineData(",\"architectures\":[1]")]
    public void An_architecture_is_asked_for_when_it_is_needed(string field)
    {
        var config = Read($$"""{"model_type":"llama","num_hidden_layers":2,"vocab_size":8{{field}}}""");
        Assert.Contains("'architectures' must be a list", Assert.Throws<CheckpointException>(() => config.Architecture).Message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Equal($"{_folder["config.json"]}: does not exist", Assert.Throws<CheckpointException>(() => ModelConfig.Read(_folder.Path)).Message);

    [Fact]
    public void An_object_made_in_memory_is_copied_and_checked()
    {
        var json = new JsonObject { ["model_type"] = "llama", ["num_hidden_layers"] = 2L, ["vocab_size"] = (short)8, ["rope_theta"] = 10000 };
        var config = ModelConfig.From(json, "output");
        json["model_type"] = "changed";
        Assert.Equal("llama", config.Text("model_type"));
        Assert.Equal(10000.0, config.Number("rope_theta"));
        Assert.StartsWith("output: 'vocab_size'", Assert.Throws<CheckpointException>(
            () => ModelConfig.From(new JsonObject { ["model_type"] = "llama", ["num_hidden_layers"] = 2 }, "output")).Message);
    }

    public void Dispose() => _folder.Dispose();

    private ModelConfig Read(string json)
    {
        _folder.Write("config.json", json);
        return ModelConfig.Read(_folder.Path);
    }
}
