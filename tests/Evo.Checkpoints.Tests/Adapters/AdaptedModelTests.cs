using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Tests.Fixtures;
using static Evo.Checkpoints.Tests.Fixtures.AdapterScene;

namespace Evo.Checkpoints.Tests.Adapters;

/// <summary>What an adapter makes of its base's tensors, against the formulas in float64.</summary>
public sealed class AdaptedModelTests
{
    [Fact]
    public void A_weight_becomes_W_plus_alpha_over_r_B_A()
    {
        using var scene = new AdapterScene()
            .Base(Module + ".weight", [2, 3], [1, 0, 0, 0, 1, 0])
            .Adapter(Module + ".lora_A.weight", [1, 3], [1, 2, -1])
            .Adapter(Module + ".lora_B.weight", [2, 1], [0.5f, -1])
            .Set("r", 1).Set("lora_alpha", 16);
        Assert.Equal([9, 16, -8, -16, -31, 16], scene.Read(Module + ".weight"));
    }

    [Theory]
    [InlineData(false, 3, 2.0)]
    [InlineData(true, 3, 3.4641016151377544)] // 6 / sqrt 3
    public void The_scale_is_alpha_over_r_or_over_its_root(bool rankStabilized, int rank, double scale)
    {
        using var scene = new AdapterScene()
            .Base(Module + ".weight", [4, 5], Random(1, 20))
            .Adapter(Module + ".lora_A.weight", [rank, 5], Random(2, 5 * rank))
            .Adapter(Module + ".lora_B.weight", [4, rank], Random(3, 4 * rank))
            .Set("r", rank).Set("lora_alpha", 6).Set("use_rslora", rankStabilized);
        Near(Sum(Random(1, 20), 4, 5, scale, Random(3, 4 * rank), Random(2, 5 * rank)), scene.Read(Module + ".weight"));
    }

    [Fact]
    public void Patterns_give_modules_their_own_rank_and_alpha_the_first_that_holds_deciding()
    {
        const string Other = "model.layers.1.mlp.up_proj";
        using var scene = Usual()
            .Base(Other + ".weight", [3, 2], Random(4, 6))
            .Adapter(Other + ".lora_A.weight", [1, 2], [1, 1])
            .Adapter(Other + ".lora_B.weight", [3, 1], [1, 1, 1])
            .Set("rank_pattern", new JsonObject { [@"layers\.1\.mlp\.up_proj"] = 1 })
            .Set("alpha_pattern", new JsonObject { ["proj"] = 100, ["up_proj"] = 5, [".*up_proj"] = 7 });
        var adapter = scene.OpenAdapter();
        Assert.Equal([1, 5.0], [adapter.Config.RankOf(Other), adapter.Config.ScaleOf(Other)]);
        Assert.Equal([2, 2.0], [adapter.Config.RankOf(Module), adapter.Config.ScaleOf(Module)]);
    }

    [Theory]
    [InlineData(3, 4, "llama", false)] // the shape tells
    [InlineData(4, 4, "gpt2", false)] // the model type tells, as PEFT corrects the flag
    [InlineData(4, 4, "unknown", true)] // the flag tells
    public void A_weight_stored_in_times_out_gets_the_transposed_update(int inputs, int outputs, string type, bool flag)
    {
        using var scene = new AdapterScene()
            .SetBase("model_type", type)
            .Base("h.0.attn.c_attn.weight", [inputs, outputs], Random(1, inputs * outputs))
            .Adapter("transformer.h.0.attn.c_attn.lora_A.weight", [2, inputs], Random(2, 2 * inputs))
            .Adapter("transformer.h.0.attn.c_attn.lora_B.weight", [outputs, 2], Random(3, 2 * outputs))
            .Set("fan_in_fan_out", flag);
        Near(
            Sum(Random(1, inputs * outputs), inputs, outputs, 2, Transposed(Random(2, 2 * inputs), 2), Transposed(Random(3, 2 * outputs), outputs)),
            scene.Read("h.0.attn.c_attn.weight"));
    }

    [Fact]
    public void An_embedding_gets_the_transposed_product_of_its_own_factors()
    {
        using var scene = new AdapterScene()
            .Base("model.embed_tokens.weight", [5, 3], Random(1, 15))
            .Adapter("model.embed_tokens.lora_embedding_A", [2, 5], Random(2, 10))
            .Adapter("model.embed_tokens.lora_embedding_B", [3, 2], Random(3, 6));
        Near(Sum(Random(1, 15), 5, 3, 2, Transposed(Random(2, 10), 2), Transposed(Random(3, 6), 3)), scene.Read("model.embed_tokens.weight"));
    }

    [Fact]
    public void Saved_modules_and_biases_take_the_place_of_the_bases_and_a_lora_bias_is_added_to_it()
    {
        using var scene = Usual()
            .Base(Module + ".bias", [3], [1, 2, 3])
            .Base("model.norm.weight", [2], [1, 1])
            .Base("lm_head.weight", [2, 2], [1, 2, 3, 4])
            .Adapter(Module + ".lora_B.bias", [3], [1, 0, -1])
            .Adapter(Module + ".base_layer.bias", [3], [10, 20, 30])
            .Adapter("model.norm.weight", [2], [5, 6])
            .Adapter("lm_head.modules_to_save.weight", [2, 2], [9, 8, 7, 6])
            .Set("modules_to_save", new JsonArray("norm", "lm_head")).Set("bias", "lora_only").Set("lora_bias", true);
        Assert.Equal([12, 20, 28], scene.Read(Module + ".bias"));
        Assert.Equal([5, 6], scene.Read("model.norm.weight"));
        Assert.Equal([9, 8, 7, 6], scene.Read("lm_head.weight"));
    }

    [Fact]
    public void What_the_adapter_leaves_alone_is_not_changed()
    {
        using var scene = Usual().Base("model.norm.weight", [2], [1, 1]);
        Assert.Null(scene.Open().Find("model.norm.weight"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dora_gives_every_outputs_weights_the_trained_length(bool transposed)
    {
        var (rows, columns) = (3, 5);
        var weight = Random(1, rows * columns);
        var (left, right) = (Random(2, rows * 2), Random(3, columns * 2));
        float[] magnitudes = transposed ? [1, 2, 0.5f, -1, 3] : [1, 2, 0.5f];
        using var scene = new AdapterScene().Base("model.layers.0.mlp.c_fc.weight", [rows, columns], weight).Set("use_dora", true);
        if (transposed)
            scene.Adapter("model.layers.0.mlp.c_fc.lora_A.weight", [2, rows], Transposed(left, rows)).Adapter("model.layers.0.mlp.c_fc.lora_B.weight", [columns, 2], Transposed(right, 2));
        else
            scene.Adapter("model.layers.0.mlp.c_fc.lora_A.weight", [2, columns], right).Adapter("model.layers.0.mlp.c_fc.lora_B.weight", [rows, 2], left);
        scene.Adapter("model.layers.0.mlp.c_fc.lora_magnitude_vector", [magnitudes.Length], magnitudes);

        var sum = Sum(weight, rows, columns, 2, left, right);
        var expected = sum.Select((value, i) =>
        {
            var output = transposed ? i % columns : i / columns;
            var own = sum.Where((_, j) => (transposed ? j % columns : j / columns) == output);
            return magnitudes[output] * value / Math.Sqrt(own.Sum(other => other * other));
        }).ToArray();
        Near(expected, scene.Read("model.layers.0.mlp.c_fc.weight"));
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("dora")]
    [InlineData("embedding")]
    public void Any_piece_has_the_bits_of_the_whole(string kind)
    {
        const int Rows = 37, Columns = 211, Rank = 7;
        using var scene = new AdapterScene().Set("r", Rank);
        if (kind == "embedding")
            scene.Base("model.embed_tokens.weight", [Rows, Columns], Random(1, Rows * Columns))
                .Adapter("model.embed_tokens.lora_embedding_A", [Rank, Rows], Random(2, Rank * Rows))
                .Adapter("model.embed_tokens.lora_embedding_B", [Columns, Rank], Random(3, Rank * Columns));
        else
            scene.Base(Module + ".weight", [Rows, Columns], Random(1, Rows * Columns))
                .Adapter(Module + ".lora_A.weight", [Rank, Columns], Random(2, Rank * Columns))
                .Adapter(Module + ".lora_B.weight", [Rows, Rank], Random(3, Rank * Rows));
        if (kind == "dora")
            scene.Adapter(Module + ".lora_magnitude_vector.weight", [Rows], Random(4, Rows)).Set("use_dora", true);

        var data = scene.Open().Find(kind == "embedding" ? "model.embed_tokens.weight" : Module + ".weight")!;
        var whole = new float[Rows * Columns];
        data.ReadFloats(0, whole);
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var first = random.Next(whole.Length);
            var piece = new float[random.Next(1, Math.Min(whole.Length - first, 3 * Columns) + 1)];
            data.ReadFloats(first, piece);
            Assert.True(MemoryMarshal.AsBytes(piece.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(whole.AsSpan(first, piece.Length))), $"elements from {first}");
        }
    }

    [Fact]
    public void The_content_hash_tells_scales_and_bytes_apart_and_nothing_else()
    {
        using var scene = Usual();
        var hash = scene.OpenAdapter("one").ContentHash;
        Assert.Equal(hash, scene.Set("lora_dropout", 0.1).Set("base_model_name_or_path", "elsewhere").OpenAdapter("two").ContentHash);
        Assert.NotEqual(hash, scene.Set("lora_alpha", 5).OpenAdapter("three").ContentHash);
        Assert.NotEqual(hash, scene.Set("lora_alpha", 4).Adapter("model.norm.weight", [1], [1]).OpenAdapter("four").ContentHash);
    }

    /// <summary>W + s · L · R in float64.</summary>
    private static double[] Sum(float[] weight, int rows, int columns, double scale, float[] left, float[] right)
    {
        var rank = left.Length / rows;
        return [.. Enumerable.Range(0, rows * columns).Select(i =>
            weight[i] + (scale * Enumerable.Range(0, rank).Sum(k => (double)left[(i / columns * rank) + k] * right[(k * columns) + (i % columns)])))];
    }

    private static float[] Transposed(float[] matrix, int rows)
    {
        var columns = matrix.Length / rows;
        return [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[(i % rows * columns) + (i / rows)])];
    }

    private static void Near(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 3e-6);
    }
}
