using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Opens_with_tensors_in_order_of_names_and_knows_itself()
    {
        using var model = ModelFolder.Open(TinyModel.In(_folder["base"]) + Path.DirectorySeparatorChar);
        Assert.Equal("base", model.Name);
        Assert.True(Path.IsPathFullyQualified(model.Path));
        Assert.Equal(["lm_head.weight", "model.embed_tokens.weight"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(new TensorInfo("lm_head.weight", ElementType.F32, [2]), model.Find("lm_head.weight"));
        Assert.Null(model.Find("nothing"));
        Assert.Null(model.GenerationConfigFile);
    }

    [Fact]
    public void Floats_are_read_from_any_element_on_and_never_outside()
    {
        using var model = ModelFolder.Open(TinyModel.In(_folder["m"], TinyModel.Config, ("t", [1, 2, 3, 4, 5])));
        var values = new float[3];
        model.ReadFloats("t", 2, values);
        Assert.Equal([3, 4, 5], values);
        model.ReadFloats("t", 5, []);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ReadFloats("t", 3, values));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ReadFloats("t", -1, values));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ReadFloats("t", long.MaxValue, values));
        Assert.Contains("has no tensor 'u'", Assert.Throws<CheckpointException>(() => model.ReadFloats("u", 0, values)).Message);
        Assert.Contains("has no tensor 'u'", Assert.Throws<CheckpointException>(() => model.Bytes("u").Length).Message);
        Assert.Equal(4, model.Bytes("t", 4, 4).Length);
    }

    [Fact]
    public void Integers_are_carried_but_not_read_as_floats()
    {
        TinyModel.In(_folder["m"]);
        _folder.Write("m/model.safetensors", SafetensorsBytes.Of("""{"t":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}""", 1, 2));
        using var model = ModelFolder.Open(_folder["m"]);
        Assert.Equal([1, 2], model.Bytes("t").ToArray());
        Assert.Contains("'t' holds I8", Assert.Throws<CheckpointException>(() => model.ReadFloats("t", 0, new float[1])).Message);
    }

    [Fact]
    public void Tokenizer_files_are_found_by_name()
    {
        TinyModel.In(_folder["m"]);
        foreach (var name in new[] { "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "chat_template.jinja", "notes.txt" })
            _folder.Write("m/" + name, "{}");
        using var model = ModelFolder.Open(_folder["m"]);
        Assert.Equal(
            ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "chat_template.jinja"],
            model.TokenizerFiles.Select(Path.GetFileName));
    }

    [Fact]
    public void A_missing_folder_or_configuration_is_named()
    {
        Assert.StartsWith(_folder["m"] + ": there is no such folder", Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder["m"])).Message);
        Directory.CreateDirectory(_folder["m"]);
        Assert.StartsWith(_folder["m/config.json"] + ": does not exist", Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder["m"])).Message);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "unpickling a downloaded file can run any code in it")]
    [InlineData("pytorch_model-00001-of-00002.bin", "safe_serialization=True")]
    [InlineData("adapter_config.json", "is an adapter")]
    [InlineData("README.md", "has neither model.safetensors nor model.safetensors.index.json")]
    public void Folders_without_safetensors_are_refused_with_the_reason(string file, string problem)
    {
        TinyModel.In(_folder["m"]);
        File.Delete(_folder["m/model.safetensors"]);
        _folder.Write("m/" + file, "");
        Assert.Contains(problem, Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder["m"])).Message);
    }

    [Fact]
    public void Files_that_are_links_are_followed_as_the_hugging_face_cache_has_them()
    {
        TinyModel.In(_folder["blobs"]);
        Directory.CreateDirectory(_folder["snapshot"]);
        foreach (var name in new[] { "config.json", "model.safetensors", "tokenizer.json" })
            File.CreateSymbolicLink(_folder["snapshot/" + name], "../blobs/" + name);
        using var blobs = ModelFolder.Open(_folder["blobs"]);
        using var snapshot = ModelFolder.Open(_folder["snapshot"]);
        Assert.Equal(blobs.ContentHash, snapshot.ContentHash);

        File.Delete(_folder["blobs/config.json"]);
        Assert.StartsWith(_folder["snapshot/config.json"], Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder["snapshot"])).Message);
    }

    [Fact]
    public void Many_threads_may_read_one_model()
    {
        var numbers = Enumerable.Range(0, 1000).Select(i => (float)i).ToArray();
        using var model = ModelFolder.Open(TinyModel.In(_folder["m"], TinyModel.Config, ("t", numbers)));
        Parallel.For(0, 1000, i =>
        {
            var value = new float[1];
            model.ReadFloats("t", i, value);
            Assert.Equal(i, value[0]);
            Assert.Equal(64, model.ContentHash.Length);
        });
    }

    public void Dispose() => _folder.Dispose();
}
