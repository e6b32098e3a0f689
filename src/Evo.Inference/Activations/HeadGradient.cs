using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Activations;

/// <summary>From the residual stream after the last layer to ∂(log-likelihood)/∂(residual stream): the head, softmax and final norm.</summary>
internal sealed class HeadGradient : IDisposable
{
    private const string Normalised = "normalised";
    private const string Weight = "weight";
    private const string Result = "result";
    private const long MaximumLogits = 1L << 26;

    private readonly DecoderConfig _config;
    private readonly NativeBuffer<float> _head = new();
    private readonly NativeBuffer<float> _rows = new();
    private readonly NativeBuffer<float> _logits = new();
    private readonly NativeBuffer<float> _gradient = new();
    private readonly InferenceSession _forward;
    private readonly InferenceSession _backward;
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
    private readonly float[] _norm;

    public HeadGradient(IWeightReader model, DecoderConfig config, float[] norm)
    {
        (_config, _norm) = (config, norm);
        model.ReadFloats(config.Tied ? DecoderTensors.Embedding : DecoderTensors.Head, 0, _head.Span(checked(config.Vocabulary * config.Hidden)));
        _forward = Graph(config.Hidden, config.Vocabulary, graph => graph.Node(
            "Softmax", [graph.Node("FusedMatMul", [Normalised, Weight], OnnxGraph.Microsoft, ("transB", 1))], [Result], attributes: ("axis", -1)));
        _backward = Graph(config.Vocabulary, config.Hidden, graph => graph.Node("MatMul", [Normalised, Weight], [Result]));
    }

    /// <summary>Replaces a batch's residual streams by their gradients; positions without a label get 0.</summary>
    /// <param name="label">The next token after (sequence, position), drawn from the probabilities if need be.</param>
    public void Replace(TokenBatch batch, Span<float> states, LabelOf label)
    {
        var (hidden, vocabulary) = (_config.Hidden, _config.Vocabulary);
        var most = (int)Math.Clamp(MaximumLogits / vocabulary, 2, batch.Rows);
        for (var first = 0; first < batch.Rows; first += most)
        {
            var count = Math.Min(most, batch.Rows - first);
            var stream = states.Slice(first * hidden, count * hidden);
            RootMeanSquareNorm.Apply(stream, _norm, _config.NormEpsilon, _rows.Span(count * hidden));
            Run(_forward, _rows, [count, hidden], _logits, [count, vocabulary]);
            for (var row = 0; row < count; row++)
            {
                var probabilities = _logits.Span(count * vocabulary).Slice(row * vocabulary, vocabulary);
                var (sequence, position) = Math.DivRem(first + row, batch.Length);
                if (position + 1 < batch.Lengths[sequence])
                {
                    var drawn = label(batch, sequence, position, probabilities);
                    System.Numerics.Tensors.TensorPrimitives.Negate(probabilities, probabilities); // ∂ log p(label)/∂logits = onehot − p
                    probabilities[drawn] += 1;
                }
                else
                {
                    probabilities.Clear();
                }
            }

            Run(_backward, _logits, [count, vocabulary], _gradient, [count, hidden]);
            var gradient = _gradient.Span(count * hidden);
            RootMeanSquareNorm.Gradient(stream, _norm, _config.NormEpsilon, gradient);
            gradient.CopyTo(stream);
        }

        batch.ClearPadding(states, hidden);
    }

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
        _run.Dispose();
        _head.Dispose();
        _rows.Dispose();
        _logits.Dispose();
        _gradient.Dispose();
    }

    /// <summary>A label for one position.</summary>
    public delegate int LabelOf(TokenBatch batch, int sequence, int position, ReadOnlySpan<float> probabilities);

    private void Run(InferenceSession session, NativeBuffer<float> from, long[] shape, NativeBuffer<float> to, long[] result)
    {
        using var binding = session.CreateIoBinding();
        TokenInputs.BindInput(binding, Normalised, from, shape);
        TokenInputs.BindInput(binding, Weight, _head, [_config.Vocabulary, _config.Hidden]);
        TokenInputs.BindOutput(binding, Result, to, result);
        session.RunWithBinding(_run, binding);
    }

    private InferenceSession Graph(int from, int to, Action<OnnxGraph> body)
    {
        var graph = new OnnxGraph();
        graph.Input(Normalised, OnnxType.Float, "rows", from);
        graph.Input(Weight, OnnxType.Float, _config.Vocabulary, _config.Hidden);
        body(graph);
        graph.Output(Result, OnnxType.Float, "rows", to);
        return new Device(null, OnnxType.Float).Load(graph.ToModel());
    }
}
