using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Evo.Inference.Tests.Golden;

namespace Evo.Inference.Tests.Devices;

/// <summary>
/// No GPU is needed: the path of devices (half-precision graphs, uploads, device memory, copies by graph) runs on the CPU in float16. That the CUDA provider
/// takes every node, and its numbers, are not specified here.
/// </summary>
public sealed unsafe class DeviceTests
{
    public static TheoryData<string> Names => GoldenModel.Names;

    [Theory]
    [InlineData("cpu", null, null, OnnxType.Float)]
    [InlineData("cuda", null, 0, OnnxType.BFloat16)]
    [InlineData("cuda:3", "bfloat16", 3, OnnxType.BFloat16)]
    [InlineData("cuda:0", "float16", 0, OnnxType.Float16)]
    internal void Names_are_read(string name, string? checkpointType, int? cuda, OnnxType type) =>
        Assert.Equal(new Device(cuda, type), Device.Parse(name, checkpointType));

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("CUDA:0")]
    public void Unknown_names_are_refused(string name) => Assert.Throws<ArgumentException>(() => Device.Parse(name, null));

    [Fact]
    public void A_build_without_CUDA_says_so_when_the_model_is_made()
    {
        using var golden = GoldenModel.Open("llama");

        var failure = Record.Exception(() => golden.Create(new InferenceOptions("cuda")).Dispose());

        if (failure is not null) // null: this machine has CUDA
            Assert.Contains("-p:OnnxRuntime=nuget-gpu", Assert.IsType<DllNotFoundException>(failure).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_half_precision_path_comes_within_its_rounding_of_PyTorch_and_follows_the_buffer(string name)
    {
        using var golden = GoldenModel.Open(name);
        using var exact = golden.Create(new InferenceOptions(Workers: 1));
        using var half = Half(golden);
        ScoreRequest[] requests = [.. golden.Sequences.Zip(golden.Greedy, (sequence, greedy) => new ScoreRequest(sequence, greedy))];

        for (var candidate = 0; candidate < 2; candidate++)
        {
            var (expected, actual) = (exact.Score(requests), half.Score(requests));
            for (var index = 0; index < requests.Length; index++)
                Assert.Equal(expected[index].LogLikelihood / 16, actual[index].LogLikelihood / 16, 0.02);
            GenerateRequest[] generate = [.. golden.Sequences.Select(sequence => new GenerateRequest(sequence, 16, []))];
            var (exactTexts, texts) = (exact.Generate(generate), half.Generate(generate));
            Assert.Contains(texts.Zip(exactTexts), pair => pair.First.Text == pair.Second.Text); // near ties may part, not all

            foreach (var slot in golden.Weights.Layout.Slots)
                System.Numerics.Tensors.TensorPrimitives.Multiply(golden.Weights[slot], 0.8f, golden.Weights[slot]);
        }
    }

    [Fact]
    public void Device_memory_uploads_and_copies_what_it_is_told_and_nothing_else()
    {
        using var memory = new DeviceMemory(new Device(null, OnnxType.Float));
        var block = memory.Allocate(64);
        byte[] bytes = [.. Enumerable.Range(0, 64).Select(value => (byte)value)];
        fixed (byte* source = bytes)
            memory.Upload((nint)source, block, 64);

        memory.Copy(block, block + 32, rows: 2, rowBytes: 4, stride: 10); // bytes 0..13

        var content = new Span<byte>((void*)block, 64).ToArray();
        Assert.Equal(bytes[..32], content[..32]);
        Assert.Equal(bytes[..14], content[32..46]);
        Assert.Equal(bytes[46..], content[46..]);
    }

    private static OnnxLanguageModel Half(GoldenModel golden)
    {
        var config = DecoderConfig.Read(golden.Config);
        var weights = new BoundWeights(config, golden.Weights, new Device(null, OnnxType.Float16));
        return new OnnxLanguageModel(config, weights, new LetterTokenizer(GoldenModel.Vocabulary), new InferenceOptions(Workers: 1));
    }
}
