using Evo.Inference.Generation;

namespace Evo.Inference.Tests.Generation;

public sealed class TokenSamplerTests
{
    private static readonly float[] Logits = [.. new[] { 0.5, 0.1, 0.25, 0.15 }.Select(probability => (float)Math.Log(probability) + 3)];

    [Theory]
    [InlineData(1.0, 1.0, 0, new[] { 0.5, 0.1, 0.25, 0.15 })]
    [InlineData(1.0, 1.0, 2, new[] { 2.0 / 3, 0, 1.0 / 3, 0 })]
    [InlineData(1.0, 0.75, 0, new[] { 2.0 / 3, 0, 1.0 / 3, 0 })]
    [InlineData(1.0, 0.76, 0, new[] { 0.5 / 0.9, 0, 0.25 / 0.9, 0.15 / 0.9 })]
    [InlineData(0.5, 1.0, 0, new[] { 0.25 / 0.345, 0.01 / 0.345, 0.0625 / 0.345, 0.0225 / 0.345 })]
    public void Tokens_come_as_often_as_temperature_top_p_and_top_k_say(double temperature, double topP, int topK, double[] expected)
    {
        const int Draws = 40_000;
        var counts = new int[Logits.Length];
        for (var index = 0; index < Draws; index++)
            counts[TokenSampler.Draw(Logits, new SamplingOptions(temperature, topP, topK, Seed: 11), index)]++;

        for (var token = 0; token < counts.Length; token++)
            Assert.Equal(expected[token], counts[token] / (double)Draws, 0.012); // 4 standard errors of 40,000 draws
    }

    [Fact]
    public void Neighbouring_seeds_draw_unrelated_tokens()
    {
        var same = Enumerable.Range(0, 2000).Count(index =>
            TokenSampler.Draw(Logits, new SamplingOptions(Seed: 1), index) == TokenSampler.Draw(Logits, new SamplingOptions(Seed: 2), index));

        Assert.InRange(same / 2000.0, 0.345 - 0.045, 0.345 + 0.045); // sum of squared probabilities
    }

    [Fact]
    public void Extreme_logits_and_temperatures_stay_in_range()
    {
        Assert.Equal(1, TokenSampler.Draw([-1e30f, 1e30f, 0], new SamplingOptions(Temperature: 1e-9), 0));
        Assert.InRange(TokenSampler.Draw([-1e30f, 1e30f, 0], new SamplingOptions(Temperature: 1e30), 0), 0, 2);
    }
}
