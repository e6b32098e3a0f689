using System.Collections.Immutable;
using Evo.Inference.Generation;
using Evo.Inference.Graphs;
using Evo.Inference.Scoring;
using Evo.Inference.Sessions;
using Evo.Inference.Tokenizers;

namespace Evo.Inference;

/// <summary>A decoder on ONNX Runtime; sessions are loaded at the first use of each kind and live as long as the model.</summary>
internal sealed class OnnxLanguageModel(DecoderConfig config, BoundWeights weights, ITokenizer tokenizer, InferenceOptions options) : ILanguageModel
{
    private readonly Lock _turn = new();
    private Scorer? _scorer;
    private Generator? _generator;
    private bool _disposed;

    /// <summary>A GPU is one worker: its kernels already use all of it.</summary>
    private int Workers => weights.Device.Cuda is null ? options.WorkerCount : 1;

    public ITokenizer Tokenizer => tokenizer;

    public int ContextLength => config.ContextLength;

    public ImmutableArray<ScoreResult> Score(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _scorer ??= new Scorer(config, weights, Workers, options);
            weights.Refresh();
            return _scorer.Score(requests, cancellation);
        }
    }

    public ImmutableArray<GenerateResult> Generate(IReadOnlyList<GenerateRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _generator ??= new Generator(config, weights, tokenizer, Workers, options);
            weights.Refresh();
            return _generator.Generate(requests, cancellation);
        }
    }

    public void Dispose()
    {
        lock (_turn)
        {
            if (_disposed)
                return;
            _disposed = true;
            _scorer?.Dispose();
            _generator?.Dispose();
            weights.Dispose();
        }
    }
}
