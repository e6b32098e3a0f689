using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Sessions;

/// <summary>One decoder graph, loaded once for the life of the process. Safe to run from several threads with a binding each.</summary>
internal sealed class DecoderSession(byte[] model, BoundWeights weights) : IDisposable
{
    private readonly InferenceSession _session = weights.Device.Load(model);
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

    /// <summary>A binding that already has the weights and the tables of positions; the caller binds the rest and disposes it.</summary>
    public OrtIoBinding NewBinding()
    {
        var binding = _session.CreateIoBinding();
        weights.Bind(binding);
        return binding;
    }

    public void Run(OrtIoBinding binding) => _session.RunWithBinding(_run, binding);

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
