using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Evaluation;
using Evo.Evaluation.Onnx;
using Evo.Inference;
using Evo.Inference.Tokenizers;
using Evo.Merging.Planning;
using Evo.Search.Spaces;

namespace Evo.Search.Workshop;

/// <summary>
/// The candidate buffer with the inference session that reads it. One bench serves all candidates of one shape; only a search over layers,
/// or a parent of another shape, needs another.
/// </summary>
internal sealed class CandidateBench : IDisposable
{
    private readonly MergePlan _shape;
    private readonly NativeTokenizer _tokenizer;

    private CandidateBench(MergePlan shape, CpuWeights weights, NativeTokenizer tokenizer, IEvaluator evaluator)
    {
        (_shape, Weights, _tokenizer, Evaluator) = (shape, weights, tokenizer, evaluator);
    }

    public CpuWeights Weights { get; }

    public IEvaluator Evaluator { get; }

    /// <exception cref="Evo.Checkpoints.CheckpointException">The merged configuration cannot be run, or has no usable
    /// tokenizer.</exception>
    public static CandidateBench For(MergePlan plan, EvaluatorSettings settings) =>
        Open(plan, ModelConfig.From(plan.OutputConfig, Path.Combine(plan.Donor.Path, "config.json")), () => PlannedTokenizer.Open(plan), settings);

    /// <summary>A bench on which a written model stands: configuration, tokenizer and weights are the folder's own.</summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The folder lacks a tensor of the plan, or cannot be run.</exception>
    public static CandidateBench Load(MergePlan plan, ModelFolder written, EvaluatorSettings settings)
    {
        var bench = Open(plan, written.Config, () => NativeTokenizer.Open(written.Path), settings);
        foreach (var slot in bench.Weights.Layout.Slots)
            written.ReadFloats(slot.Name, 0, bench.Weights[slot]);
        return bench;
    }

    /// <summary>Whether a candidate of this plan can stand here: same tensors, same configuration, same tokenizer.</summary>
    public bool Fits(MergePlan plan) =>
        ReferenceEquals(plan.Donor, _shape.Donor)
        && plan.TokenizerId == _shape.TokenizerId
        && plan.Layout.Slots.Length == _shape.Layout.Slots.Length
        && plan.Layout.Slots.Zip(_shape.Layout.Slots).All(
            pair => pair.First.Name == pair.Second.Name && pair.First.Shape.SequenceEqual(pair.Second.Shape))
        && JsonNode.DeepEquals(plan.OutputConfig, _shape.OutputConfig);

    public void Dispose()
    {
        Evaluator.Dispose();
        _tokenizer.Dispose();
        Weights.Dispose();
    }

    private static CandidateBench Open(MergePlan plan, ModelConfig config, Func<NativeTokenizer> openTokenizer, EvaluatorSettings settings)
    {
        CpuWeights? weights = null;
        NativeTokenizer? tokenizer = null;
        try
        {
            weights = new CpuWeights(plan.Layout);
            tokenizer = openTokenizer();
            var model = DecoderModel.Create(config, weights, tokenizer, Options(settings));
            return new CandidateBench(plan, weights, tokenizer, new OnnxEvaluator(model, weights));
        }
        catch
        {
            tokenizer?.Dispose();
            weights?.Dispose();
            throw;
        }
    }

    private static InferenceOptions Options(EvaluatorSettings settings)
    {
        var options = new InferenceOptions(settings.Device, settings.Workers);
        return options with { BatchTokens = settings.BatchTokens ?? options.BatchTokens, Slots = settings.Slots ?? options.Slots };
    }
}
