using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Inference.Tokenizers;

namespace Evo.Inference.Benchmarks;

/// <summary>A model folder in a candidate buffer, with a second copy of its weights to swap in.</summary>
internal sealed unsafe class LoadedModel : IDisposable
{
    public LoadedModel(string folder)
    {
        using var model = ModelFolder.Open(folder);
        Folder = folder;
        Config = model.Config;
        var layout = new WeightLayout(model.Tensors);
        (Weights, Source) = (new CpuWeights(layout), new CpuWeights(layout));
        foreach (var slot in layout.Slots)
            model.ReadFloats(slot.Name, 0, Source[slot]);
        Swap();
    }

    public string Folder { get; }

    public string Name => Path.GetFileName(Folder);

    public ModelConfig Config { get; }

    /// <summary>The buffer that the session reads.</summary>
    public CpuWeights Weights { get; }

    /// <summary>A candidate that waits outside.</summary>
    public CpuWeights Source { get; }

    public double Megabytes => Weights.Layout.ElementCount * sizeof(float) / 1e6;

    public ILanguageModel Create(int workers) => DecoderModel.Create(Config, Weights, new NoText(), new InferenceOptions(Workers: workers));

    /// <summary>Writes the waiting candidate into the live buffer: what a merge does, without the arithmetic.</summary>
    public void Swap()
    {
        foreach (var slot in Weights.Layout.Slots)
            Source[slot].CopyTo(Weights[slot]);
    }

    public void Dispose()
    {
        Weights.Dispose();
        Source.Dispose();
    }

    /// <summary>Token ids are all that the benchmark wants; nothing ends a text early.</summary>
    private sealed class NoText : ITokenizer
    {
        public int? BeginOfText => null;

        public ImmutableArray<int> EndOfText => [];

        public ImmutableArray<int> Encode(string text) => throw new NotSupportedException();

        public string Decode(ReadOnlySpan<int> tokens) => "";

        public void Dispose()
        {
        }
    }
}
