using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

/// <summary>Sharded folders: one model of two files, and every way in which the index can lie about them.</summary>
public sealed class ShardIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ShardIndexTests()
    {
        TinyModel.In(_folder.Path);
        File.Delete(_folder["model.safetensors"]);
        _folder.Write("one.safetensors", SafetensorsBytes.OfFloats(("b", [1])));
        _folder.Write("two.safetensors", SafetensorsBytes.OfFloats(("a", [2]), ("c", [3])));
    }

    [Fact]
    public void Shards_are_one_model()
    {
        Index("""{"a":"two.safetensors","b":"one.safetensors","c":"two.safetensors"}""");
        using var model = ModelFolder.Open(_folder.Path);
        Assert.Equal(["a", "b", "c"], model.Tensors.Select(tensor => tensor.Name));
        var values = new float[1];
        model.ReadFloats("c", 0, values);
        Assert.Equal(3, values[0]);
    }

    [Fact]
    public void A_single_file_comes_before_an_index()
    {
        Index("""{"a":"gone.safetensors"}""");
        _folder.Write("model.safetensors", SafetensorsBytes.OfFloats(("x", [1])));
        using var model = ModelFolder.Open(_folder.Path);
        Assert.Equal("x", Assert.Single(model.Tensors).Name);
    }

    [Theory]
    [InlineData("../one.safetensors")]
    [InlineData("sub/one.safetensors")]
    [InlineData("/etc/one.safetensors")]
    [InlineData("..\\\\one.safetensors")]
    [InlineData("C:one.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("one.safetensors\\u0000")]
    [InlineData("tokenizer.json")]
    public void Only_plain_names_of_safetensors_files_are_followed(string shard) =>
        AssertRefused($$"""{"a":"{{shard}}"}""", "model.safetensors.index.json", "only names of .safetensors files in the same folder are followed");

    [Theory]
    [InlineData("""{"a":"two.safetensors","b":"three.safetensors","c":"two.safetensors"}""", "index.json", "'three.safetensors', which is not in the folder")]
    [InlineData("""{"a":"two.safetensors","b":"one.safetensors","c":"two.safetensors","d":"two.safetensors"}""", "index.json", "'d' is in 'two.safetensors', but it is not")]
    [InlineData("""{"a":"two.safetensors","b":"one.safetensors","c":"one.safetensors"}""", "two.safetensors", "'c', which model.safetensors.index.json looks for in 'one.safetensors'")]
    [InlineData("""{"a":"two.safetensors","b":"one.safetensors"}""", "two.safetensors", "'c', which model.safetensors.index.json does not name")]
    [InlineData("""{"a":1}""", "index.json", "the value of 'a' must be a file name")]
    [InlineData("""{"a":"two.safetensors","a":"one.safetensors"}""", "index.json", "is not valid JSON")]
    [InlineData("[]", "index.json", "'weight_map' must be an object")]
    public void Index_and_shards_must_agree(string weightMap, string file, string problem) => AssertRefused(weightMap, file, problem);

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        _folder.Write("one.safetensors", SafetensorsBytes.OfFloats(("b", [1]), ("c", [3])));
        AssertRefused("""{"a":"two.safetensors","b":"one.safetensors","c":"two.safetensors"}""", "one.safetensors", "remove one of the two");
    }

    [Fact]
    public void An_index_without_weight_map_is_refused()
    {
        _folder.Write("model.safetensors.index.json", "{}");
        Assert.Contains("'weight_map' must be", Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Path)).Message);
    }

    public void Dispose() => _folder.Dispose();

    private void Index(string weightMap) =>
        _folder.Write("model.safetensors.index.json", $$"""{"metadata":{"total_size":12},"weight_map":{{weightMap}}}""");

    private void AssertRefused(string weightMap, string file, string problem)
    {
        Index(weightMap);
        var error = Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Path));
        Assert.Contains(problem, error.Message);
        Assert.EndsWith(file, error.Path);
    }
}
