using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Evaluation.Onnx;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;
using Evo.Inference;
using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Tests.Family;

/// <summary>One of the small trained models of search-spaces/, standing in a candidate buffer.</summary>
internal sealed class FamilyModel : IDisposable
{
    private readonly NativeTokenizer _tokenizer;
    private readonly OnnxEvaluator _evaluator;

    internal FamilyModel(string name, InferenceOptions? options = null)
    {
        var path = Path.Combine(Root, "search-spaces", "models", name);
        using var folder = ModelFolder.Open(path);
        Weights = new CpuWeights(new WeightLayout(folder.Tensors));
        Write(folder);
        _tokenizer = NativeTokenizer.Open(path);
        Model = DecoderModel.Create(folder.Config, Weights, _tokenizer, options);
        _evaluator = new OnnxEvaluator(Model, Weights);
    }

    internal CpuWeights Weights { get; }

    internal ILanguageModel Model { get; }

    internal static TaskDefinition ReadTask(string name, string? metric = null)
        => TaskReader.Read(Path.Combine(Root, "search-spaces", "tasks", name + ".yaml"), metric);

    internal static IEnumerable<string> TaskNames
        => Directory.EnumerateFiles(Path.Combine(Root, "search-spaces", "tasks"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order();

    /// <summary>Puts another model of the family into the same buffer.</summary>
    internal void Write(string name)
    {
        using var folder = ModelFolder.Open(Path.Combine(Root, "search-spaces", "models", name));
        Write(folder);
    }

    internal Task<EvaluationOutcome> Evaluate(TaskDefinition task, IReadOnlyList<TaskItem> items, CancellationToken cancellation = default)
        => _evaluator.EvaluateAsync(new Candidate("family", Weights), task, items, cancellation);

    internal async Task<ImmutableArray<ItemResult>> Score(TaskDefinition task, IReadOnlyList<TaskItem> items)
        => Assert.IsType<EvaluationOutcome.Scored>(await Evaluate(task, items)).Items;

    public void Dispose()
    {
        _evaluator.Dispose();
        _tokenizer.Dispose();
        Weights.Dispose();
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Evo.sln")))
                folder = folder.Parent ?? throw new InvalidOperationException("the tests run from a checkout");
            return folder.FullName;
        }
    }

    private void Write(ModelFolder folder)
    {
        foreach (var slot in Weights.Layout.Slots)
            folder.ReadFloats(slot.Name, 0, Weights[slot]);
    }
}
