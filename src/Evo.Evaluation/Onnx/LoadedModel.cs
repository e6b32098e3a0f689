using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Inference.Tokenizers;
using Evo.Inference;

namespace Evo.Evaluation.Onnx;

/// <summary>A model folder read into a candidate buffer, with an evaluator over it: what <c>evo eval</c> and the check of an export score.</summary>
public sealed class LoadedModel : IDisposable
{
    private LoadedModel(string path, CpuWeights weights, ILanguageModel model)
    {
        Weights = weights;
        Model = model;
        Evaluator = new OnnxEvaluator(model, weights);
        Candidate = new Candidate(path, weights);
    }

    public CpuWeights Weights { get; }

    /// <summary>Scores and generates; disposed with the evaluator.</summary>
    public ILanguageModel Model { get; }

    public OnnxEvaluator Evaluator { get; }

    /// <summary>The model as its evaluator takes it; its id is the folder's path.</summary>
    public Candidate Candidate { get; }

    /// <summary>Opens the folder, converts every weight to float32 and builds the sessions.</summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The folder, its tokenizer or its architecture cannot be used.</exception>
    public static LoadedModel Load(string path, InferenceOptions options)
    {
        using var folder = ModelFolder.Open(path);
        var weights = new CpuWeights(new WeightLayout(folder.Tensors.Where(tensor => tensor.Type.IsFloatingPoint())));
        NativeTokenizer? tokenizer = null;
        try
        {
            foreach (var slot in weights.Layout.Slots) folder.ReadFloats(slot.Name, 0, weights[slot]);
            tokenizer = NativeTokenizer.Open(path);
            return new LoadedModel(path, weights, DecoderModel.Create(folder.Config, weights, tokenizer, options));
        }
        catch
        {
            tokenizer?.Dispose();
            weights.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Evaluator.Dispose();
        Weights.Dispose();
    }
}
