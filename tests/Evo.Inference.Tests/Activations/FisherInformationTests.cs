using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Safetensors;
using Evo.Inference.Activations;
using Evo.Inference.Tests.Golden;
using Xunit.Abstractions;

namespace Evo.Inference.Tests.Activations;

/// <summary>The diagonal Fisher information against PyTorch's autograd in float64 (make_golden.py).</summary>
public sealed class FisherInformationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("llama-bias-linear")]
    [InlineData("qwen3")]
    [InlineData("mistral-window")]
    public void Squared_gradients_of_the_texts_likelihood_meet_autograd(string name)
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder(name));
        using var golden = GoldenModel.Open(name);
        var fisher = Collector.Of(folder, golden.Sequences, FisherLabels.Text);

        using var expected = SafetensorsFile.Open(Path.Combine(folder.Path, "fisher.safetensors"));
        foreach (var tensor in expected.Tensors)
        {
            var values = MemoryMarshal.Cast<byte, float>(expected.Bytes(tensor.Name));
            var largest = 0f;
            foreach (var value in values)
                largest = Math.Max(largest, value);
            var error = 0f;
            for (var index = 0; index < values.Length; index++)
                error = Math.Max(error, Math.Abs(values[index] - fisher[tensor.Name][index]));
            output.WriteLine($"{tensor.Name}: largest {largest:e2}, error {error:e2}");
            Assert.InRange(error, 0, 2e-5f * largest);
        }

        Assert.Equal(folder.Tensors.Count(tensor => tensor.Name.Contains("layers.", StringComparison.Ordinal)), fisher.Count);
    }

    [Fact]
    public void Labels_drawn_from_the_model_are_the_seeds_alone()
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder("mistral-window"));
        using var golden = GoldenModel.Open("mistral-window");
        var first = Collector.Of(folder, golden.Sequences, FisherLabels.Model, seed: 1);
        var again = Collector.Of(folder, golden.Sequences, FisherLabels.Model, seed: 1);
        var other = Collector.Of(folder, golden.Sequences, FisherLabels.Model, seed: 2);

        Assert.All(first, pair => Assert.Equal(pair.Value, again[pair.Key]));
        Assert.Contains(first, pair => !pair.Value.AsSpan().SequenceEqual(other[pair.Key]));
    }

    /// <summary>
    /// With drawn labels the gradients of positions are uncorrelated, so many draws for one sequence must average to the sum of its positions' exact Fisher
    /// information; a sequence of two tokens has one position, where that sum is Σ over the vocabulary of p·(∂ log p)².
    /// </summary>
    [Fact]
    public void Drawn_labels_average_to_the_expectation_over_the_vocabulary()
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder("mistral-window"));
        const string Tensor = "model.layers.0.mlp.down_proj.weight";
        int[] prompt = [5, 17];
        var exact = new double[32 * 48];
        var probabilities = NextTokenProbabilities(prompt[..1]);
        for (var token = 0; token < GoldenModel.Vocabulary; token++)
        {
            var given = Collector.Of(folder, [[prompt[0], token]], FisherLabels.Text)[Tensor];
            for (var index = 0; index < exact.Length; index++)
                exact[index] += probabilities[token] * given[index];
        }

        var drawn = Collector.Of(folder, Enumerable.Repeat(prompt, 6000), FisherLabels.Model)[Tensor];

        var error = exact.Zip(drawn, (one, other) => Math.Abs(one - other)).Sum() / exact.Sum();
        output.WriteLine($"mean error of 6000 draws: {error:p2}");
        Assert.InRange(error, 0, 0.06);
    }

    [Fact]
    public void A_sequence_of_one_token_is_refused()
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder("llama"));
        Assert.Throws<ArgumentException>(() => Collector.Of(folder, [[3]], FisherLabels.Text));
    }

    private static double[] NextTokenProbabilities(int[] prompt)
    {
        using var golden = GoldenModel.Open("mistral-window");
        using var model = golden.Create();
        return [.. model.Score([.. Enumerable.Range(0, GoldenModel.Vocabulary).Select(token => new ScoreRequest(prompt, new[] { token }))])
            .Select(result => Math.Exp(result.LogLikelihood))];
    }

    private sealed class Collector : IFisherSink
    {
        private readonly Dictionary<string, float[]> _values = [];

        public static Dictionary<string, float[]> Of(ModelFolder folder, IEnumerable<int[]> sequences, FisherLabels labels, ulong seed = 0)
        {
            var collector = new Collector();
            FisherInformation.Run(
                new FolderWeights(folder), [.. sequences.Select(sequence => (ReadOnlyMemory<int>)sequence)], collector, labels, seed);
            return collector._values;
        }

        public void Take(string tensor, ImmutableArray<long> shape, ReadOnlySpan<float> values)
        {
            Assert.Equal(shape.Aggregate(1L, (product, extent) => product * extent), values.Length);
            _values.Add(tensor, values.ToArray());
        }
    }
}
