using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;

namespace Evo.Inference.Activations;

/// <summary>
/// Runs sequences through a decoder layer by layer and shows what goes on inside. One layer's weights are in memory at a time, and the residual streams
/// of all tokens (4 · tokens · hidden bytes); what a visitor sees comes batch by batch. The CPU computes it, in float32, the same bits for any
/// number of workers.
/// </summary>
public static class ActivationProbe
{
    private const int BatchTokens = 2048;

    private static readonly ImmutableArray<ActivationSite> InLayers =
        [ActivationSite.AttentionInput, ActivationSite.AttentionOutput, ActivationSite.MlpInput, ActivationSite.MlpActivation];

    /// <param name="model">The model; a Llama, Mistral, Qwen 2 or Qwen 3.</param>
    /// <param name="sequences">Token ids, none empty, none longer than the model's window.</param>
    /// <param name="visitor">Asked what it wants to see, then shown it. It is called on the caller's thread.</param>
    /// <param name="workers">Threads; 0 for one per core.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The configuration cannot be run, or a tensor is missing.</exception>
    /// <exception cref="ArgumentException">A sequence is empty, too long, or holds a token outside the vocabulary.</exception>
    /// <exception cref="NonFiniteModelException">Hidden states are NaN or infinite.</exception>
    public static void Run(
        IWeightReader model,
        IReadOnlyList<ReadOnlyMemory<int>> sequences,
        IActivationVisitor visitor,
        int workers = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(visitor);
        var config = DecoderConfig.Read(model.Config);
        Check(sequences, config);
        using var pass = new LayerwisePass(model, config, TokenBatch.Pack(sequences, BatchTokens), workers);
        pass.Embed();
        if (visitor.Wants(-1, ActivationSite.Hidden))
            pass.ShowHidden(-1, visitor);
        visitor.LayerDone(-1);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            pass.Load(layer);
            pass.Forward(layer, [.. InLayers.Where(site => visitor.Wants(layer, site))], visitor, cancellation);
            if (visitor.Wants(layer, ActivationSite.Hidden))
                pass.ShowHidden(layer, visitor);
            if (layer + 1 == config.Layers && visitor.Wants(layer, ActivationSite.HeadInput))
                pass.ShowHeadInput(layer, visitor);
            visitor.LayerDone(layer);
        }
    }

    /// <summary>Makes sure, without reading weights, that a model can be run.</summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">
    /// Another architecture, a field that changes numbers and is not known, or a tensor that is missing or of another shape.
    /// </exception>
    public static void RequireRunnable(IWeightReader model)
    {
        ArgumentNullException.ThrowIfNull(model);
        LayerWeights.Check(model, DecoderConfig.Read(model.Config));
    }

    /// <summary>Most tokens of a sequence.</summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The architecture cannot be run.</exception>
    public static int ContextLength(ModelConfig config) => DecoderConfig.Read(config).ContextLength;

    internal static void Check(IReadOnlyList<ReadOnlyMemory<int>> sequences, DecoderConfig config)
    {
        if (sequences.Count == 0)
            throw new ArgumentException("There are no sequences to run.", nameof(sequences));
        for (var index = 0; index < sequences.Count; index++)
        {
            if (sequences[index].IsEmpty || sequences[index].Length > config.ContextLength)
                throw new ArgumentException($"Sequence {index} has {sequences[index].Length} tokens; the model takes 1 to {config.ContextLength}.", nameof(sequences));
            TokenRange.Check(sequences[index].Span, config.Vocabulary, index);
        }
    }
}
