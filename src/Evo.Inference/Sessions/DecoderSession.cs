using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Sessions;

/// <summary>One decoder graph, loaded once for the life of the process. Safe to run from several threads with a binding each.</summary>
internal sealed class DecoderSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
    private readonly BoundWeights _weights;

    public DecoderSession(byte[] model, BoundWeights weights)
    {
        using var options = new SessionOptions
        {
            // One thread a run: with more, matrix products are cut differently at different sizes, and bits with them.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = false, // shapes change from batch to batch
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(model, options);
        _weights = weights;
    }

    /// <summary>A binding that already has the weights and the tables of positions; the caller binds the rest and disposes it.</summary>
    public OrtIoBinding NewBinding()
    {
        var binding = _session.CreateIoBinding();
        _weights.Bind(binding);
        return binding;
    }

    public void Run(OrtIoBinding binding) => _session.RunWithBinding(_run, binding);

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
