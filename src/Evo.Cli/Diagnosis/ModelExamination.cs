using System.Collections.Immutable;
using System.Globalization;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Cli.Output;
using Evo.Evaluation.Onnx;
using Evo.Evaluation.Probes;
using Evo.Inference;
using Evo.Inference.Activations;
using Evo.Inference.Tokenizers;
using Evo.Merging.Diagnostics;

namespace Evo.Cli.Diagnosis;

/// <summary>Looks at one model for <c>evo mri</c>: its tensors, what its layers answer to, how it writes. A model that cannot be run is no failure but what was found.</summary>
internal static class ModelExamination
{
    /// <param name="sets">Probe texts; none, and the model is not run.</param>
    /// <param name="fluency">Also rate and continue the generic texts. The probes hold a layer at a time; this holds the whole model in float32.</param>
    public static DiagnosedModel Of(string name, ImmutableArray<ProbeSet> sets, bool fluency, CancellationToken cancellation)
    {
        using var folder = ModelFolder.Open(name);
        var model = new DiagnosedModel(ParentDiagnosis.Of(folder, name, cancellation: cancellation));
        if (sets.IsEmpty)
            return model;
        try
        {
            using var tokenizer = NativeTokenizer.Open(folder.Path);
            if (OutsideVocabulary(folder.Config, tokenizer, sets) is { } damage)
                return model with { Damage = damage };
            model = model with { Probes = ProbeSignals.Compute(new FolderWeights(folder), tokenizer, sets, cancellation: cancellation) };
            if (!fluency)
                return model;
            if (TooLarge(folder) is { } reason)
                return model with { NotRun = reason };
            using var loaded = LoadedModel.Load(folder.Path, new InferenceOptions());
            return model with { Fluency = FluencySignals.Compute(loaded.Model, sets.First(set => set.Name == ProbeSets.Generic).Texts, cancellation) };
        }
        catch (NonFiniteModelException exception)
        {
            return model with { Damage = exception.Message };
        }
    }

    /// <summary>A merge may take the tokenizer of a parent with more tokens than it has rows.</summary>
    private static string? OutsideVocabulary(ModelConfig config, NativeTokenizer tokenizer, ImmutableArray<ProbeSet> sets)
    {
        var largest = sets.SelectMany(set => set.Texts).SelectMany(text => tokenizer.Encode(text)).Append(tokenizer.BeginOfText ?? 0).Max();
        return largest < config.VocabSize
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"its tokenizer gives token {largest}, its vocabulary ends before {config.VocabSize}");
    }

    private static string? TooLarge(ModelFolder folder)
    {
        var needed = folder.Tensors.Where(tensor => tensor.Type.IsFloatingPoint()).Sum(tensor => tensor.ElementCount) * sizeof(float);
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return needed < available ? null : $"it takes {ScoreText.Bytes(needed)} in float32, this machine has {ScoreText.Bytes(available)}";
    }
}
