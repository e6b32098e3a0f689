using Evo.Checkpoints.Models;

namespace Evo.Checkpoints.Tests.Models;

public sealed class TensorSampleTests : IDisposable
{
    private const string Name = "model.embed_tokens.weight";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evo-sample-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Equal_bytes_have_equal_samples_wherever_they_lie() => Assert.Equal(Sample("one", at: null), Sample("two", at: null));

    [Theory, InlineData(0), InlineData(1_199_999)]
    public void The_first_and_the_last_byte_belong_to_the_sample(int at) => Assert.NotEqual(Sample("one", at: null), Sample("two", at));

    [Fact]
    public void A_large_tensor_is_not_read_in_full() => Assert.Equal(Sample("one", at: null), Sample("two", at: 10_000)); // between the first two pages

    private string Sample(string name, int? at)
    {
        var bytes = new byte[1_200_000];
        if (at is { } changed)
            bytes[changed] = 7;
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "config.json"), """{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 1, "vocab_size": 100, "hidden_size": 3000, "num_attention_heads": 1}""");
        using (var file = File.Create(Path.Combine(path, "model.safetensors")))
        {
            var header = System.Text.Encoding.UTF8.GetBytes($"{{\"{Name}\":{{\"dtype\":\"F32\",\"shape\":[100,3000],\"data_offsets\":[0,1200000]}}}}");
            file.Write(BitConverter.GetBytes((long)header.Length));
            file.Write(header);
            file.Write(bytes);
        }

        using var model = ModelFolder.Open(path);
        return model.SampleHash(Name);
    }
}
