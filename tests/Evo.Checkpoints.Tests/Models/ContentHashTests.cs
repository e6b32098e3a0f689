using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

/// <summary>What counts for a model's identity and what does not.</summary>
public sealed class ContentHashTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Computed by hand in Python from the definition in <see cref="ModelContentHash"/>: a change of it makes every cached score stale.</summary>
    [Fact]
    public void It_is_what_its_definition_says() =>
        Assert.Equal("84402e733531ecdec8aeb6f76db944bb6d9cbcb5b66965c52bdb7d0baf31687e", HashOf(TinyModel.In(_folder["m"])));

    [Fact]
    public void Path_order_in_the_file_and_metadata_do_not_count()
    {
        var one = HashOf(TinyModel.In(_folder["one"]));
        Assert.Equal(one, HashOf(TinyModel.In(_folder["two"], TinyModel.Config, TinyModel.Head, TinyModel.Embedding)));
    }

    [Fact]
    public void Sharding_does_not_count()
    {
        var one = HashOf(TinyModel.In(_folder["one"]));
        TinyModel.In(_folder["two"]);
        File.Delete(_folder["two/model.safetensors"]);
        _folder.Write("two/x.safetensors", SafetensorsBytes.OfFloats(TinyModel.Embedding));
        _folder.Write("two/y.safetensors", SafetensorsBytes.OfFloats(TinyModel.Head));
        _folder.Write("two/model.safetensors.index.json", """{"weight_map":{"lm_head.weight":"y.safetensors","model.embed_tokens.weight":"x.safetensors"}}""");
        Assert.Equal(one, HashOf(_folder["two"]));
    }

    [Theory]
    [InlineData("""{"vocab_size": 2, "model_type":"llama","architectures":["LlamaForCausalLM"],"tie_word_embeddings":false,"rms_norm_eps":0.00001,"num_hidden_layers":1}""")]
    [InlineData("""{"architectures":["LlamaForCausalLM"],"model_type":"llama","num_hidden_layers":1,"vocab_size":2,"rms_norm_eps":1e-05,"tie_word_embeddings":false,"_name_or_path":"x","transformers_version":"4.0"}""")]
    public void Layout_of_the_configuration_and_where_it_comes_from_do_not_count(string config) =>
        Assert.Equal(HashOf(TinyModel.In(_folder["one"])), HashOf(TinyModel.In(_folder["two"], config)));

    [Fact]
    public void Numbers_count_by_value()
    {
        var one = TinyModel.In(_folder["one"], TinyModel.Config.Replace("1e-05", "10000.0", StringComparison.Ordinal));
        var two = TinyModel.In(_folder["two"], TinyModel.Config.Replace("1e-05", "10000", StringComparison.Ordinal));
        var three = TinyModel.In(_folder["three"], TinyModel.Config.Replace("1e-05", "10001", StringComparison.Ordinal));
        Assert.Equal(HashOf(one), HashOf(two));
        Assert.NotEqual(HashOf(one), HashOf(three));
    }

    [Fact]
    public void Names_types_shapes_bytes_configuration_and_tokenizer_count()
    {
        var hashes = new List<string>
        {
            HashOf(TinyModel.In(_folder["base"])),
            HashOf(TinyModel.In(_folder["bytes"], TinyModel.Config, TinyModel.Embedding, ("lm_head.weight", [3, 4.0000005f]))),
            HashOf(TinyModel.In(_folder["name"], TinyModel.Config, TinyModel.Embedding, ("lm_head.weighs", [3, 4]))),
            HashOf(TinyModel.In(_folder["fewer"], TinyModel.Config, TinyModel.Embedding)),
            HashOf(TinyModel.In(_folder["swapped"], TinyModel.Config, ("model.embed_tokens.weight", [3, 4]), ("lm_head.weight", [1, 2]))),
            HashOf(TinyModel.In(_folder["config"], TinyModel.Config.Replace("1e-05", "1e-06", StringComparison.Ordinal))),
        };

        TinyModel.In(_folder["tokenizer"]);
        _folder.Write("tokenizer/tokenizer.json", "{ }");
        hashes.Add(HashOf(_folder["tokenizer"]));

        TinyModel.In(_folder["none"]);
        File.Delete(_folder["none/tokenizer.json"]);
        hashes.Add(HashOf(_folder["none"]));
        _folder.Write("none/tokenizer.model", "sentencepiece");
        hashes.Add(HashOf(_folder["none"]));

        foreach (var (name, header) in new[] { ("shape", "\"dtype\":\"F32\",\"shape\":[2,1]"), ("type", "\"dtype\":\"I32\",\"shape\":[2]") })
        {
            TinyModel.In(_folder[name]);
            _folder.Write(name + "/model.safetensors", SafetensorsBytes.Of(
                "{\"model.embed_tokens.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"lm_head.weight\":{" + header + ",\"data_offsets\":[8,16]}}",
                [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]));
            hashes.Add(HashOf(_folder[name]));
        }

        Assert.Equal(hashes.Count, hashes.Distinct().Count());
    }

    [Fact]
    public void Beside_tokenizer_json_other_tokenizer_files_do_not_count()
    {
        var one = HashOf(TinyModel.In(_folder["m"]));
        _folder.Write("m/tokenizer_config.json", "{}");
        Assert.Equal(one, HashOf(_folder["m"]));
    }

    public void Dispose() => _folder.Dispose();

    private static string HashOf(string folder)
    {
        using var model = ModelFolder.Open(folder);
        return model.ContentHash;
    }
}
