using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Inference.Tokenizers;

namespace Evo.Inference.Tests.Golden;

/// <summary>One of the tiny random models beside make_golden.py, read into a candidate buffer, with what PyTorch says of it.</summary>
internal sealed class GoldenModel : IDisposable
{
    public const int Vocabulary = 96;

    private GoldenModel(string folder)
    {
        using var model = ModelFolder.Open(folder);
        Config = model.Config;
        Weights = new CpuWeights(new WeightLayout(model.Tensors));
        foreach (var slot in Weights.Layout.Slots)
            model.ReadFloats(slot.Name, 0, Weights[slot]);
        using var sequences = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "sequences.json")));
        Sequences = Arrays(sequences, "sequences");
        Greedy = Arrays(sequences, "greedy");
        Logits = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, "logits.f32"))).ToArray();
    }

    public static TheoryData<string> Names => new("llama", "llama-bias-linear", "mistral", "qwen2", "qwen2-yarn", "qwen3", "mistral-window");

    public ModelConfig Config { get; }

    public CpuWeights Weights { get; }

    public ImmutableArray<int[]> Sequences { get; }

    /// <summary>Greedy continuation of each sequence, 16 tokens.</summary>
    public ImmutableArray<int[]> Greedy { get; }

    /// <summary>The sequences' logits one after the other, [sum of lengths, 96], computed in float64.</summary>
    public float[] Logits { get; }

    public static string Folder(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public static GoldenModel Open(string name) => new(Folder(name));

    public ILanguageModel Create(InferenceOptions? options = null, ITokenizer? tokenizer = null) =>
        DecoderModel.Create(Config, Weights, tokenizer ?? new LetterTokenizer(Vocabulary), options);

    public void Dispose() => Weights.Dispose();

    private static ImmutableArray<int[]> Arrays(JsonDocument document, string name) =>
        [.. document.RootElement.GetProperty(name).EnumerateArray().Select(list => list.EnumerateArray().Select(id => id.GetInt32()).ToArray())];
}
