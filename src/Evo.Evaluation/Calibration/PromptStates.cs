using System.Collections.Immutable;
using Evo.Inference.Activations;
using Evo.Inference.Tokenizers;
using Evo.Merging;
using Evo.Merging.Experts;
using Evo.Merging.Planning;

namespace Evo.Evaluation.Calibration;

/// <summary>What a parent makes of prompts, through the inference engine: routers of mixtures of experts are made of it.</summary>
public sealed class PromptStates : IPromptStates, IDisposable
{
    private readonly ParentWeights _weights;
    private readonly string _model;
    private readonly Lazy<NativeTokenizer> _tokenizer;
    private readonly CancellationToken _cancellation;

    /// <param name="parents">Must outlive this.</param>
    /// <param name="model">One of their names; nothing is read before it is asked for.</param>
    public PromptStates(ParentModels parents, string model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(parents);
        _weights = new ParentWeights(parents, model);
        _model = model;
        _tokenizer = new Lazy<NativeTokenizer>(() => NativeTokenizer.Open(parents[model].Path));
        _cancellation = cancellation;
    }

    public ImmutableArray<int> Tokens(string prompt) => [.. TextTokens.Of(prompt, _tokenizer.Value, _weights.Config)];

    /// <exception cref="RecipeException">A prompt has no tokens, or more than the model's window.</exception>
    /// <inheritdoc/>
    public float[][] HiddenStates(IReadOnlyList<string> prompts, bool average)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ActivationProbe.RequireRunnable(_weights);
        var longest = ActivationProbe.ContextLength(_weights.Config);
        var sequences = prompts.Select(Tokens).ToArray();
        foreach (var sequence in sequences)
            if (sequence.IsEmpty || sequence.Length > longest)
                throw new RecipeException($"a prompt has {sequence.Length} tokens, and '{_model}' takes 1 to {longest}; shorten it");
        var means = new MeanStates(_weights.Config.NumHiddenLayers, sequences.Length, average);
        ActivationProbe.Run(_weights, [.. sequences.Select(sequence => (ReadOnlyMemory<int>)sequence.AsMemory())], means, cancellation: _cancellation);
        return means.Layers;
    }

    public void Dispose()
    {
        if (_tokenizer.IsValueCreated)
            _tokenizer.Value.Dispose();
    }

    /// <summary>The residual stream before each layer: after the one before it, or the embeddings.</summary>
    private sealed class MeanStates(int layers, int prompts, bool average) : IActivationVisitor
    {
        private readonly double[]?[] _sums = new double[]?[layers];

        public float[][] Layers => [.. _sums.Select(sum => Array.ConvertAll(sum!, value => (float)(value / prompts)))];

        public bool Wants(int layer, ActivationSite site) => site == ActivationSite.Hidden && layer + 1 < layers;

        public void Visit(ActivationBatch batch)
        {
            var sum = _sums[batch.Layer + 1] ??= new double[batch.Width];
            for (var sequence = 0; sequence < batch.Sequences; sequence++)
            {
                var tokens = batch.Of(sequence);
                var count = tokens.Length / batch.Width;
                for (var token = average ? 0 : count - 1; token < count; token++)
                    for (var channel = 0; channel < batch.Width; channel++)
                        sum[channel] += tokens[(token * batch.Width) + channel] / (average ? (double)count : 1);
            }
        }
    }
}
