using System.Collections.Immutable;
using System.Numerics.Tensors;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;

namespace Evo.Inference.Activations;

/// <summary>
/// The diagonal Fisher information of every tensor inside the layers: F = mean over sequences of (∂ log p(labels | sequence) / ∂θ)², with exact gradients. They
/// come from a second graph for each layer (<see cref="LayerGradientGraph"/>), not from differences of log-likelihoods under random perturbations, whose
/// variance grows with the number of weights that are perturbed together. Embedding, final norm and head are left out.
/// </summary>
public static class FisherInformation
{
    private const int BatchTokens = 1024;
    private const long ChunkBytes = 512L << 20;

    /// <summary>Computes it. Memory: one copy of the layers' weights in float32, the head's, and at most 512 MB of hidden states (one batch at least).</summary>
    /// <param name="sequences">Token ids, at least two each.</param>
    /// <param name="seed">Key of the draws with <see cref="FisherLabels.Model"/>; same seed, same labels.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The configuration cannot be run, or a tensor is missing.</exception>
    /// <exception cref="ArgumentException">A sequence has fewer than two tokens, too many, or one outside the vocabulary.</exception>
    /// <exception cref="NonFiniteModelException">Hidden states or gradients are NaN or infinite.</exception>
    public static void Run(
        IWeightReader model,
        IReadOnlyList<ReadOnlyMemory<int>> sequences,
        IFisherSink sink,
        FisherLabels labels = FisherLabels.Model,
        ulong seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(sink);
        var config = DecoderConfig.Read(model.Config);
        ActivationProbe.Check(sequences, config);
        if (sequences.FirstOrDefault(sequence => sequence.Length < 2) is { Length: 1 })
            throw new ArgumentException("A sequence of one token predicts nothing.", nameof(sequences));

        var sums = Enumerable.Range(0, config.Layers).Select(layer => DecoderTensors.OfLayer(config, layer)
            .Select(tensor => (tensor.Name, tensor.Shape, Values: new NativeBuffer<float>())).ToArray()).ToArray();
        try
        {
            HeadGradient.LabelOf label = labels == FisherLabels.Text
                ? (batch, sequence, position, _) => batch.Sequences[sequence].Span[position + 1]
                : (batch, sequence, position, probabilities) => Draw(probabilities, seed, batch.First + sequence, position);
            foreach (var chunk in Chunks(TokenBatch.Pack(sequences, BatchTokens), config))
                Accumulate(model, config, chunk, label, sums.Select(layer => layer.Select(tensor => tensor.Values).ToArray()).ToArray(), cancellation);
            foreach (var (name, shape, values) in sums.SelectMany(layer => layer))
            {
                var mean = values.Span(checked((int)values.Length));
                TensorPrimitives.Divide(mean, sequences.Count, mean);
                if (!float.IsFinite(TensorPrimitives.Sum(mean)))
                    throw new NonFiniteModelException($"The gradients of {name} are NaN or infinite: the model's weights are damaged.");
                sink.Take(name, shape, mean);
            }
        }
        finally
        {
            foreach (var (_, _, values) in sums.SelectMany(layer => layer))
                values.Dispose();
        }
    }

    /// <summary>One chunk of batches forward through all layers, its hidden states kept, and back.</summary>
    private static void Accumulate(
        IWeightReader model, DecoderConfig config, ImmutableArray<TokenBatch> batches, HeadGradient.LabelOf label, NativeBuffer<float>[][] sums, CancellationToken cancellation)
    {
        using var pass = new LayerwisePass(model, config, batches, workers: 0);
        var before = new HiddenStates[config.Layers];
        try
        {
            pass.Embed();
            for (var layer = 0; layer < config.Layers; layer++)
            {
                before[layer] = pass.States.Copy();
                pass.Load(layer);
                pass.Forward(layer, [], null, cancellation);
            }

            using (var head = new HeadGradient(model, config, pass.FinalNormWeight()))
            {
                for (var index = 0; index < batches.Length; index++)
                    head.Replace(batches[index], pass.States.Of(index), label);
            }

            using var session = new LayerGradientSession(config);
            for (var layer = config.Layers - 1; layer >= 0; layer--)
            {
                pass.Load(layer);
                for (var index = 0; index < batches.Length; index++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    session.Run(pass.Weights, batches[index], before[layer].Buffer(index), pass.States.Buffer(index), config.Windows[layer], (tensor, squared) =>
                    {
                        var length = checked((int)squared.Length);
                        var sum = sums[layer][tensor].Span(length);
                        TensorPrimitives.Add(sum, squared.Span(length), sum);
                    });
                }

                before[layer].Dispose();
            }
        }
        finally
        {
            foreach (var states in before)
                states?.Dispose();
        }
    }

    private static IEnumerable<ImmutableArray<TokenBatch>> Chunks(ImmutableArray<TokenBatch> batches, DecoderConfig config)
    {
        var most = ChunkBytes / ((config.Layers + 2L) * config.Hidden * sizeof(float));
        var chunk = ImmutableArray.CreateBuilder<TokenBatch>();
        var rows = 0L;
        foreach (var batch in batches)
        {
            if (chunk.Count > 0 && rows + batch.Rows > most)
            {
                yield return chunk.DrainToImmutable();
                rows = 0;
            }

            chunk.Add(batch);
            rows += batch.Rows;
        }

        yield return chunk.DrainToImmutable();
    }

    /// <summary>A token from its probabilities, by a uniform number that depends on the key, sequence and position alone.</summary>
    private static int Draw(ReadOnlySpan<float> probabilities, ulong seed, int sequence, int position)
    {
        var bits = Mix(Mix(seed ^ 0x9E3779B97F4A7C15UL) ^ (((ulong)(uint)sequence << 32) | (uint)position));
        var total = 0.0;
        foreach (var probability in probabilities)
            total += probability;
        var left = (bits >> 11) * (1.0 / (1UL << 53)) * total;
        for (var token = 0; token < probabilities.Length; token++)
        {
            left -= probabilities[token];
            if (left < 0)
                return token;
        }

        return probabilities.Length - 1;
    }

    /// <summary>SplitMix64's finaliser: a bijection of 64-bit words in which every input bit flips every output bit with probability close to 1/2.</summary>
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
