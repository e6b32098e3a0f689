using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// Matrix products in row-major memory, computed by ONNX Runtime: one session for each type and pair of transpositions, one thread each. A product of given
/// extents has the same bits whenever it is computed; products run on any number of threads at once.
/// </summary>
internal sealed unsafe class MatrixProducts : IDisposable
{
    private readonly ConcurrentDictionary<(bool IsDouble, bool TransposeLeft, bool TransposeRight), Lazy<InferenceSession>> _sessions = new();
    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

    /// <summary>output[m, n] = op(left) · op(right) over k; every matrix is contiguous, 64-byte alignment is not needed.</summary>
    public void Multiply<T>(T* left, bool transposeLeft, T* right, bool transposeRight, T* output, int m, int k, int n)
        where T : unmanaged
    {
        if (m == 0 || n == 0)
            return;
        if (k == 0)
        {
            for (var row = 0; row < m; row++)
                new Span<T>(output + ((long)row * n), n).Clear();
            return;
        }

        var session = _sessions.GetOrAdd((typeof(T) == typeof(double), transposeLeft, transposeRight), static key => new(() => Load(key))).Value;
        using var a = Value(left, transposeLeft ? k : m, transposeLeft ? m : k);
        using var b = Value(right, transposeRight ? n : k, transposeRight ? k : n);
        using var c = Value(output, m, n);
        session.Run(_options, InputNames, [a, b], OutputNames, [c]);
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Value.Dispose();
        _options.Dispose();
    }

    private static readonly string[] InputNames = [ProductGraph.Left, ProductGraph.Right];
    private static readonly string[] OutputNames = [ProductGraph.Output];

    private static OrtValue Value<T>(T* data, long rows, long columns)
        where T : unmanaged =>
        OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            typeof(T) == typeof(double) ? TensorElementType.Double : TensorElementType.Float,
            [rows, columns],
            (nint)data,
            rows * columns * Unsafe.SizeOf<T>());

    private static InferenceSession Load((bool IsDouble, bool TransposeLeft, bool TransposeRight) key)
    {
        using var options = new SessionOptions
        {
            // One thread a run: with more, products are cut differently on different machines, and bits with them.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(ProductGraph.Of(key.IsDouble, key.TransposeLeft, key.TransposeRight), options);
    }
}
