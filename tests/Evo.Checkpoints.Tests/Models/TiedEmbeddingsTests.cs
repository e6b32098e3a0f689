using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

public sealed class TiedEmbeddingsTests : IDisposable
{
    private static readonly string Tied = TinyModel.Config.Replace("false", "true", StringComparison.Ordinal);
    private static readonly (string, float[]) SameHead = ("lm_head.weight", TinyModel.Embedding.Values);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_tied_head_that_repeats_the_embedding_is_left_out()
    {
        using var model = ModelFolder.Open(TinyModel.In(_folder.Path, Tied, TinyModel.Embedding, SameHead));
        Assert.Equal("model.embed_tokens.weight", Assert.Single(model.Tensors).Name);
        Assert.Null(model.Find("lm_head.weight"));
    }

    [Fact]
    public void With_and_without_the_repeated_head_it_is_the_same_model()
    {
        using var with = ModelFolder.Open(TinyModel.In(_folder["with"], Tied, TinyModel.Embedding, SameHead));
        using var without = ModelFolder.Open(TinyModel.In(_folder["without"], Tied, TinyModel.Embedding));
        Assert.Equal(with.ContentHash, without.ContentHash);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_tied_head_that_differs_is_a_contradiction(int rows)
    {
        TinyModel.In(_folder.Path, Tied, TinyModel.Embedding, ("lm_head.weight", new float[rows]));
        var error = Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Path));
        Assert.Equal(
            $"{_folder["config.json"]}: 'tie_word_embeddings' is true, but 'lm_head.weight' differs from 'model.embed_tokens.weight'; "
            + "set it to false to keep both, or remove the head from the checkpoint",
            error.Message);
    }

    [Fact]
    public void A_default_that_contradicts_says_so()
    {
        const string Config = """{"model_type":"gpt2","n_layer":1,"vocab_size":2}""";
        TinyModel.In(_folder.Path, Config, ("transformer.wte.weight", [1, 2]), TinyModel.Head);
        Assert.Contains("(the default of model type 'gpt2')", Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Path)).Message);
    }

    [Fact]
    public void An_untied_model_keeps_both_even_when_they_are_equal()
    {
        using var model = ModelFolder.Open(TinyModel.In(_folder.Path, TinyModel.Config, TinyModel.Embedding, SameHead));
        Assert.Equal(2, model.Tensors.Length);
    }

    [Fact]
    public void A_tied_model_without_a_head_is_complete()
    {
        using var model = ModelFolder.Open(TinyModel.In(_folder.Path, Tied, TinyModel.Embedding));
        Assert.Single(model.Tensors);
    }

    public void Dispose() => _folder.Dispose();
}
