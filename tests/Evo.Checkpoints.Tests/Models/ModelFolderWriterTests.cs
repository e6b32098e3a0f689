using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

public sealed class ModelFolderWriterTests : IDisposable
{
    private static readonly TensorInfo A = new("a", ElementType.F32, [2, 2]);
    private static readonly TensorInfo B = new("b", ElementType.BF16, [3]);
    private static readonly TensorInfo C = new("c", ElementType.I64, []);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_model_that_fits_into_one_file_has_no_index()
    {
        Write("out", new ModelFolderOptions());
        Assert.Equal(["out", "out/config.json", "out/model.safetensors"], _folder.Entries());
        using var file = SafetensorsFile.Open(_folder["out/model.safetensors"]);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(["c", "a", "b"], file.Tensors.Select(tensor => tensor.Name)); // wider types first: every tensor is aligned
    }

    [Fact]
    public void A_model_that_does_not_is_numbered_shards_with_an_index()
    {
        Write("out", new ModelFolderOptions { ShardBytes = 16 });
        Assert.Equal(
            ["out", "out/config.json", "out/model-00001-of-00002.safetensors", "out/model-00002-of-00002.safetensors", "out/model.safetensors.index.json"],
            _folder.Entries());
        var index = JsonNode.Parse(File.ReadAllText(_folder["out/model.safetensors.index.json"]))!;
        Assert.Equal(
            """{"metadata":{"total_size":30},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors","c":"model-00002-of-00002.safetensors"}}""",
            index.ToJsonString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(22)]
    [InlineData(1000)]
    public void What_is_written_is_read_back(long shardBytes)
    {
        Write("out", new ModelFolderOptions { ShardBytes = shardBytes });
        using var model = ModelFolder.Open(_folder["out"]);
        Assert.Equal([A, B, C], model.Tensors.ToArray());
        var values = new float[4];
        model.ReadFloats("a", 0, values);
        Assert.Equal([1, 2, 3, 4], values);
        model.ReadFloats("b", 1, values.AsSpan(0, 2));
        Assert.Equal([-2, 0.5f], values[..2]);
        Assert.Equal(7, BitConverter.ToInt64(model.Bytes("c")));
        Assert.Equal("llama", model.Config.ModelType);
    }

    [Fact]
    public void Added_files_are_in_the_folder()
    {
        var tokenizer = _folder.Write("tokenizer.json", "{\"version\":\"1.0\"}");
        using (var writer = Begin("out"))
        {
            WriteTensors(writer);
            writer.AddFile(tokenizer);
            writer.AddText("README.md", "# Modèle\n");
            writer.AddJson("generation_config.json", new JsonObject { ["eos_token_id"] = 2 });
            writer.Complete();
        }

        Assert.Equal("{\"version\":\"1.0\"}", File.ReadAllText(_folder["out/tokenizer.json"]));
        Assert.Equal(Encoding.UTF8.GetBytes("# Modèle\n"), File.ReadAllBytes(_folder["out/README.md"]));
        Assert.Equal("{\n  \"eos_token_id\": 2\n}\n", File.ReadAllText(_folder["out/generation_config.json"]));
        using var model = ModelFolder.Open(_folder["out"]);
        Assert.Equal(_folder["out/tokenizer.json"], Assert.Single(model.TokenizerFiles));
        Assert.Equal(_folder["out/generation_config.json"], model.GenerationConfigFile);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("sub/file")]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    public void Added_files_cannot_leave_the_folder_or_take_anothers_name(string name)
    {
        using var writer = Begin("out");
        Assert.Throws<ArgumentException>(() => writer.AddText(name, ""));
    }

    [Fact]
    public void A_source_file_that_is_missing_is_named()
    {
        using var writer = Begin("out");
        Assert.StartsWith(_folder["tokenizer.json"], Assert.Throws<CheckpointException>(() => writer.AddFile(_folder["tokenizer.json"])).Message);
    }

    [Fact]
    public void Disposed_without_complete_it_leaves_nothing()
    {
        using (var writer = Begin("out"))
        {
            WriteTensors(writer);
            Assert.False(Directory.Exists(_folder["out"]));
        }

        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void A_tensor_without_all_its_bytes_is_named_and_nothing_is_left()
    {
        using (var writer = Begin("out"))
        {
            writer.WriteFloats("a", [1, 2, 3]);
            writer.WriteFloats("b", [1, 2, 3]);
            writer.Write("c", new byte[8]);
            var error = Assert.Throws<InvalidOperationException>(writer.Complete);
            Assert.Equal("tensor 'a' lacks 4 of its 16 bytes", error.Message);
        }

        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void A_tensor_takes_no_more_bytes_than_it_declared()
    {
        using var writer = Begin("out");
        writer.WriteFloats("a", [1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => writer.WriteFloats("a", [4, 5]));
        Assert.Throws<KeyNotFoundException>(() => writer.WriteFloats("z", [4]));
        Assert.Throws<ArgumentException>(() => writer.WriteFloats("c", [4]));
    }

    [Fact]
    public void An_empty_folder_in_the_way_is_used()
    {
        Directory.CreateDirectory(_folder["out"]);
        Write("out", new ModelFolderOptions());
        Assert.Equal(["out", "out/config.json", "out/model.safetensors"], _folder.Entries());
    }

    [Fact]
    public void A_folder_with_something_in_it_is_refused()
    {
        TinyModel.In(_folder["out"]);
        var before = _folder.Entries();
        Assert.Contains("not empty", Assert.Throws<CheckpointException>(() => Begin("out")).Message);
        Assert.Equal(before, _folder.Entries());
    }

    [Fact]
    public void A_model_folder_is_replaced_when_asked_and_only_at_completion()
    {
        TinyModel.In(_folder["out"]);
        using (var writer = Begin("out", new ModelFolderOptions { Overwrite = true }))
        {
            WriteTensors(writer);
            using (var old = ModelFolder.Open(_folder["out"]))
                Assert.NotNull(old.Find("lm_head.weight"));
            writer.Complete();
        }

        Assert.Equal(["out", "out/config.json", "out/model.safetensors"], _folder.Entries());
    }

    [Fact]
    public void A_folder_that_is_no_model_is_never_replaced()
    {
        Directory.CreateDirectory(_folder["out"]);
        _folder.Write("out/thesis.txt", "precious");
        Assert.Contains("no model folder", Assert.Throws<CheckpointException>(() => Begin("out", new ModelFolderOptions { Overwrite = true })).Message);
        Assert.Equal(["out", "out/thesis.txt"], _folder.Entries());
    }

    [Fact]
    public void More_than_the_disk_can_hold_is_refused_with_what_is_needed_before_anything_is_written()
    {
        var huge = new TensorInfo("huge", ElementType.F32, [1L << 52]);
        var error = Assert.Throws<CheckpointException>(() => ModelFolderWriter.Create(_folder["out"], TinyModel.ConfigJson, [huge]));
        Assert.StartsWith(_folder["out"], error.Message);
        Assert.Contains("needs 18014398.5 GB", error.Message);
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void A_failure_while_writing_names_the_folder_and_what_it_needs()
    {
        using var writer = Begin("out");
        Directory.Delete(Assert.Single(Directory.GetDirectories(_folder.Path)), recursive: true);
        var error = Assert.Throws<CheckpointException>(() => writer.WriteFloats("a", [1]));
        Assert.StartsWith(_folder["out"] + ": could not be written: ", error.Message);
        Assert.Matches(@"; it needs \d+ bytes altogether, and [\d.]+ .*B are free on its volume$", error.Message);
    }

    [Fact]
    public void A_target_that_appears_meanwhile_is_not_touched()
    {
        using (var writer = Begin("out"))
        {
            WriteTensors(writer);
            TinyModel.In(_folder["out"]);
            Assert.Contains("exists and is not empty", Assert.Throws<CheckpointException>(writer.Complete).Message);
        }

        Assert.Equal(["out", "out/config.json", "out/model.safetensors", "out/tokenizer.json"], _folder.Entries());
    }

    [Fact]
    public void A_written_folder_has_the_same_identity_however_it_is_sharded()
    {
        Write("one", new ModelFolderOptions());
        Write("many", new ModelFolderOptions { ShardBytes = 1 });
        using var one = ModelFolder.Open(_folder["one"]);
        using var many = ModelFolder.Open(_folder["many"]);
        Assert.Equal(one.ContentHash, many.ContentHash);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(15, 2)]
    [InlineData(16, 1)]
    [InlineData(long.MaxValue, 1)]
    public void A_place_outside_its_tensor_is_refused(long offset, int count)
    {
        using var writer = Begin("out");
        Assert.Throws<InvalidOperationException>(() => writer.Write("a", offset, new byte[count]));
    }

    [Fact]
    public void Empty_tensors_and_empty_models_are_written()
    {
        using (var writer = ModelFolderWriter.Create(_folder["none"], TinyModel.ConfigJson, []))
            writer.Complete();
        using (var writer = ModelFolderWriter.Create(_folder["empty"], TinyModel.ConfigJson, [new TensorInfo("e", ElementType.F32, [0, 5])]))
        {
            writer.WriteFloats("e", []);
            writer.WriteFloats("e", []);
            writer.Complete();
        }

        using var none = ModelFolder.Open(_folder["none"]);
        using var empty = ModelFolder.Open(_folder["empty"]);
        Assert.Empty(none.Tensors);
        Assert.Equal(0, Assert.Single(empty.Tensors).ElementCount);
    }

    public void Dispose() => _folder.Dispose();

    private ModelFolderWriter Begin(string name, ModelFolderOptions? options = null) =>
        ModelFolderWriter.Create(_folder[name], TinyModel.ConfigJson, [A, B, C], options);

    private static void WriteTensors(ModelFolderWriter writer)
    {
        writer.Write("c", BitConverter.GetBytes(7L));
        writer.WriteFloats("a", [1, 2]);
        writer.WriteFloats("b", [1, -2, 0.5f]);
        writer.WriteFloats("a", [3, 4]);
    }

    private void Write(string name, ModelFolderOptions options)
    {
        using var writer = Begin(name, options);
        WriteTensors(writer);
        writer.Complete();
    }
}
