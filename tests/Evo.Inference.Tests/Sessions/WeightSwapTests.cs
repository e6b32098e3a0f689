using Evo.Checkpoints;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Inference.Tests.Golden;

namespace Evo.Inference.Tests.Sessions;

public sealed class WeightSwapTests
{
    [Fact]
    public void What_is_written_into_the_buffer_is_what_the_next_call_runs()
    {
        using var golden = GoldenModel.Open("llama");
        using var model = golden.Create();
        var (score, generate) = (new ScoreRequest(golden.Sequences[0], golden.Sequences[2]), new GenerateRequest(golden.Sequences[0], 12, []));
        var before = (model.Score([score])[0].LogLikelihood, model.Generate([generate])[0].Text);

        foreach (var slot in golden.Weights.Layout.Slots)
            Mix(golden.Weights[slot], seed: slot.Index);
        using var fresh = golden.Create();
        var expected = (fresh.Score([score])[0].LogLikelihood, fresh.Generate([generate])[0].Text);

        Assert.Equal(expected, (model.Score([score])[0].LogLikelihood, model.Generate([generate])[0].Text));
        Assert.NotEqual(before.LogLikelihood, expected.LogLikelihood);
        Assert.NotEqual(before.Text, expected.Text);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Damaged_weights_are_told_apart_from_low_scores_and_the_model_recovers(float damage)
    {
        using var golden = GoldenModel.Open("qwen2");
        using var model = golden.Create(new InferenceOptions(Workers: 2));
        ScoreRequest[] score = [new(golden.Sequences[0], golden.Sequences[2])];
        GenerateRequest[] generate = [.. golden.Sequences.Select(sequence => new GenerateRequest(sequence, 4, []))];
        var expected = model.Score(score)[0].LogLikelihood;
        ref var element = ref golden.Weights[golden.Weights.Layout.Find("model.layers.1.mlp.down_proj.weight")!][5];
        var sound = element;

        element = damage;
        Assert.Throws<NonFiniteModelException>(() => model.Score(score));
        Assert.Throws<NonFiniteModelException>(() => model.Generate(generate));

        element = sound;
        Assert.Equal(expected, model.Score(score)[0].LogLikelihood);
        Assert.Equal(golden.Greedy[0][..4], model.Generate(generate)[0].Tokens.ToArray());
    }

    [Fact]
    public void Weights_that_are_not_the_configuration_s_are_refused_by_tensor()
    {
        using var golden = GoldenModel.Open("llama");
        var tensors = golden.Weights.Layout.Slots.Select(slot => new TensorInfo(slot.Name, ElementType.F32, slot.Shape)).ToList();
        string Refusal(IEnumerable<TensorInfo> changed)
        {
            using var weights = new CpuWeights(new WeightLayout(changed));
            return Assert.Throws<CheckpointException>(() => DecoderModel.Create(golden.Config, weights, new LetterTokenizer(96))).Message;
        }

        Assert.Contains("model.norm.weight", Refusal(tensors.Where(tensor => tensor.Name != "model.norm.weight")), StringComparison.Ordinal);
        Assert.Contains("model.layers.0.self_attn.q_proj.bias", Refusal(tensors.Append(new("model.layers.0.self_attn.q_proj.bias", ElementType.F32, [64]))), StringComparison.Ordinal);
        Assert.Contains("[64, 32]", Refusal(tensors.Select(tensor => tensor.Name == "model.layers.0.self_attn.k_proj.weight" ? tensor with { Shape = [64, 32] } : tensor)), StringComparison.Ordinal);
    }

    private static void Mix(Span<float> values, int seed)
    {
        var random = new Random(seed);
        foreach (ref var value in values)
            value *= 0.5f + random.NextSingle();
    }
}
