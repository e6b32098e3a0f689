using System.Collections.Immutable;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Evo.Inference.Tokenizers;

namespace Evo.Inference.Generation;

/// <summary>Batched generation with key-value caches; lanes are kept between calls and made anew only when a call needs more room.</summary>
internal sealed class Generator(DecoderConfig config, BoundWeights weights, ITokenizer tokenizer, int workers, InferenceOptions options) : IDisposable
{
    private readonly DecoderSession _session = new(DecoderGraph.Decoding(config, weights.Device.Type), weights);
    private DecodeLane[] _lanes = [];

    /// <exception cref="NonFiniteModelException">Logits are NaN or infinite.</exception>
    public ImmutableArray<GenerateResult> Generate(IReadOnlyList<GenerateRequest> requests, CancellationToken cancellation)
    {
        var results = new GenerateResult[requests.Count];
        var waiting = new List<Continuation>();
        foreach (var (index, request) in requests.Index())
        {
            Check(index, request);
            var continuation = new Continuation(index, request, tokenizer, config.ContextLength);
            if (continuation.AtOnce is { } result)
                results[index] = result;
            else
                waiting.Add(continuation);
        }

        if (waiting.Count > 0)
        {
            var slots = Prepare(waiting);
            var queue = new RequestQueue(waiting);
            Workers.Run(
                _lanes.Length,
                (worker, stop) => new GenerationLoop(_lanes[worker], queue, slots, options.BatchTokens, (index, result) => results[index] = result).Run(stop),
                cancellation);
        }

        return ImmutableArray.Create(results);
    }

    public void Dispose()
    {
        Array.ForEach(_lanes, lane => lane.Dispose());
        _session.Dispose();
    }

    /// <summary>Makes lanes that hold the longest request, as many slots as useful and allowed; returns the slots of each.</summary>
    private int Prepare(List<Continuation> waiting)
    {
        var capacity = TokenInputs.PaddedLength(waiting.Max(request => request.MaximumLength));
        if (_lanes.Length == workers && _lanes[0].Cache.Capacity >= capacity)
            capacity = _lanes[0].Cache.Capacity;
        var affordable = options.CacheBytes / workers / KeyValueCache.SlotBytes(config, weights.Device, capacity);
        var useful = (waiting.Count + workers - 1) / workers;
        var slots = (int)Math.Clamp(Math.Min(useful, options.Slots), 2, Math.Max(2, affordable));
        if (_lanes.Length != workers || _lanes[0].Cache.Capacity < capacity || _lanes[0].Cache.Slots < slots)
        {
            Array.ForEach(_lanes, lane => lane.Dispose());
            _lanes = []; // a failure below must not leave lanes that are gone
            _lanes = [.. Enumerable.Range(0, workers).Select(_ => new DecodeLane(config, _session, new KeyValueCache(config, weights.Device, slots, capacity)))];
        }

        return slots;
    }

    private void Check(int index, GenerateRequest request)
    {
        if (request.Prompt.IsEmpty)
            throw new ArgumentException($"Request {index} has an empty prompt; begin with the begin-of-text token.", nameof(request));
        ArgumentOutOfRangeException.ThrowIfNegative(request.MaxTokens, nameof(request));
        if (!request.Stop.IsDefaultOrEmpty && request.Stop.Any(string.IsNullOrEmpty))
            throw new ArgumentException($"Request {index} has an empty stop string.", nameof(request));
        if (request.Sampling is { } sampling)
            TokenSampler.Check(sampling);
        TokenRange.Check(request.Prompt.Span, config.Vocabulary, index);
    }
}
