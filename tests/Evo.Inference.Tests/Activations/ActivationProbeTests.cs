using System.Runtime.InteropServices;
using Evo.Checkpoints.Models;
using Evo.Inference.Activations;
using Evo.Inference.Tests.Golden;
using Xunit.Abstractions;

namespace Evo.Inference.Tests.Activations;

/// <summary>What happens inside a decoder, against an independent PyTorch forward pass in float64 (make_golden.py).</summary>
public sealed class ActivationProbeTests(ITestOutputHelper output)
{
    private static readonly ActivationSite[] OrderInGolden =
        [ActivationSite.AttentionInput, ActivationSite.AttentionOutput, ActivationSite.MlpInput, ActivationSite.MlpActivation, ActivationSite.Hidden];

    public static TheoryData<string> Names => GoldenModel.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Hidden_states_and_inputs_of_linear_maps_meet_PyTorch(string name)
    {
        using var golden = GoldenModel.Open(name);
        using var folder = ModelFolder.Open(GoldenModel.Folder(name));
        var seen = Recorder.Of(new FolderWeights(folder), golden.Sequences);

        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder.Path, "activations.f32"))).ToArray().AsSpan();
        var error = 0f;
        for (var sequence = 0; sequence < golden.Sequences.Length; sequence++)
        {
            Compare(ref expected, seen[(-1, ActivationSite.Hidden, sequence)], ref error);
            for (var layer = 0; layer < 2; layer++)
                foreach (var site in OrderInGolden)
                    Compare(ref expected, seen[(layer, site, sequence)], ref error);
            Compare(ref expected, seen[(1, ActivationSite.HeadInput, sequence)], ref error);
        }

        Assert.Equal(0, expected.Length);
        output.WriteLine($"{name}: largest error {error:e2}");
        Assert.InRange(error, 0, 3e-5f);
    }

    [Fact]
    public void Workers_and_neighbours_in_a_batch_do_not_change_a_bit()
    {
        using var golden = GoldenModel.Open("qwen3");
        using var folder = ModelFolder.Open(GoldenModel.Folder("qwen3"));
        var weights = new FolderWeights(folder);
        var alone = Recorder.Of(weights, golden.Sequences, workers: 1);
        var many = Recorder.Of(weights, [.. Enumerable.Repeat(golden.Sequences, 90).SelectMany(sequences => sequences)], workers: 5);

        foreach (var (key, values) in alone)
        {
            Assert.Equal(values, many[key]);
            Assert.Equal(values, many[key with { Sequence = key.Sequence + (3 * 89) }]);
        }
    }

    [Fact]
    public void Only_what_is_wanted_is_shown_and_layers_come_in_order()
    {
        using var golden = GoldenModel.Open("llama");
        using var folder = ModelFolder.Open(GoldenModel.Folder("llama"));
        var recorder = new Recorder((layer, site) => layer == 1 && site == ActivationSite.MlpActivation);

        ActivationProbe.Run(new FolderWeights(folder), [.. golden.Sequences.Select(sequence => (ReadOnlyMemory<int>)sequence)], recorder);

        Assert.All(recorder.Seen.Keys, key => Assert.Equal((1, ActivationSite.MlpActivation), (key.Layer, key.Site)));
        Assert.Equal(3, recorder.Seen.Count);
        Assert.Equal([-1, 0, 1], recorder.Done);
    }

    [Fact]
    public void Rows_of_padding_are_zero()
    {
        using var golden = GoldenModel.Open("mistral");
        using var folder = ModelFolder.Open(GoldenModel.Folder("mistral"));
        var recorder = new Recorder((_, _) => true);

        ActivationProbe.Run(new FolderWeights(folder), [.. golden.Sequences.Select(sequence => (ReadOnlyMemory<int>)sequence)], recorder);

        Assert.Equal(0, recorder.Padding);
        Assert.Equal(golden.Sequences.Sum(sequence => sequence.Length), recorder.Tokens);
    }

    [Theory]
    [InlineData(new int[0], "0 tokens")]
    [InlineData(new[] { 5, 96 }, "token 96")]
    public void Sequences_that_cannot_be_run_are_refused(int[] sequence, string words)
    {
        using var folder = ModelFolder.Open(GoldenModel.Folder("llama"));
        var refusal = Assert.Throws<ArgumentException>(() =>
            ActivationProbe.Run(new FolderWeights(folder), [sequence], new Recorder((_, _) => true)));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    private static void Compare(ref Span<float> expected, float[] actual, ref float error)
    {
        for (var index = 0; index < actual.Length; index++)
            error = Math.Max(error, Math.Abs(expected[index] - actual[index]));
        expected = expected[actual.Length..];
    }
}
