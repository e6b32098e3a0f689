using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Activations;

/// <summary>
/// Σ xᵀx over rows, [width, width]: float32 products of at most one batch, summed in float64. Only blocks on and above the diagonal are computed.
/// </summary>
internal sealed unsafe class GramAccumulator : IDisposable
{
    private const int Block = 512;

    private readonly NativeBuffer<double> _sums = new();
    private readonly NativeBuffer<float> _columns = new();
    private readonly GramProduct _product;
    private readonly int _width;
    private readonly int _workers;

    public GramAccumulator(int width, int workers, GramProduct product)
    {
        (_width, _product) = (width, product);
        _sums.Reserve((long)width * width);
        var blocks = (width + Block - 1) / Block;
        _workers = Math.Min(workers, blocks * (blocks + 1) / 2);
    }

    /// <summary>Adds rows, [rows, width].</summary>
    public void Add(ReadOnlySpan<float> rows)
    {
        var count = rows.Length / _width;
        var blocks = (_width + Block - 1) / Block;
        Pack(rows, count);
        var pairs = (from first in Enumerable.Range(0, blocks) from second in Enumerable.Range(first, blocks - first) select (first, second)).ToArray();
        var next = -1;
        Workers.Run(_workers, (_, _) =>
        {
            using var result = new NativeBuffer<float>();
            for (var pair = Interlocked.Increment(ref next); pair < pairs.Length; pair = Interlocked.Increment(ref next))
                Add(pairs[pair].first, pairs[pair].second, count, result);
        }, CancellationToken.None);
    }

    /// <summary>Row <paramref name="row"/> of the sums divided by a number, rounded to float32.</summary>
    public void Read(int row, double divisor, Span<float> values)
    {
        var above = row / Block * Block; // columns before it lie in blocks below the diagonal: read their mirror image
        for (var column = 0; column < _width; column++)
        {
            var sum = column < above ? _sums.Pointer[((long)column * _width) + row] : _sums.Pointer[((long)row * _width) + column];
            values[column] = (float)(sum / divisor);
        }
    }

    public void Dispose()
    {
        _sums.Dispose();
        _columns.Dispose();
    }

    private int WidthOf(int block) => Math.Min(Block, _width - (block * Block));

    /// <summary>Copies each block's columns next to each other.</summary>
    private void Pack(ReadOnlySpan<float> rows, int count)
    {
        var columns = _columns.Span(rows.Length);
        for (var start = 0; start < _width; start += Block)
        {
            var width = Math.Min(Block, _width - start);
            for (var row = 0; row < count; row++)
                rows.Slice((row * _width) + start, width).CopyTo(columns.Slice((start * count) + (row * width), width));
        }
    }

    private void Add(int first, int second, int count, NativeBuffer<float> result)
    {
        var (height, width) = (WidthOf(first), WidthOf(second));
        _product.Run(_columns, (long)first * Block * count, height, (long)second * Block * count, width, count, result);
        var product = result.Span(height * width);
        for (var row = 0; row < height; row++)
        {
            var sums = new Span<double>(_sums.Pointer + ((((long)first * Block) + row) * _width) + ((long)second * Block), width);
            for (var column = 0; column < width; column++)
                sums[column] += product[(row * width) + column];
        }
    }
}

/// <summary>AᵀB through ONNX Runtime, whose matrix product is several times faster than one of our own. Safe to run from several threads.</summary>
internal sealed class GramProduct : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

    public GramProduct()
    {
        var graph = new OnnxGraph();
        graph.Input("left", OnnxType.Float, "rows", "height");
        graph.Input("right", OnnxType.Float, "rows", "width");
        graph.Node("FusedMatMul", ["left", "right"], ["product"], OnnxGraph.Microsoft, ("transA", 1));
        graph.Output("product", OnnxType.Float, "height", "width");
        _session = new Device(null, OnnxType.Float).Load(graph.ToModel());
    }

    /// <summary>Product of two matrices of <paramref name="rows"/> rows that lie in one buffer.</summary>
    public void Run(NativeBuffer<float> from, long left, int height, long right, int width, int rows, NativeBuffer<float> result)
    {
        using var binding = _session.CreateIoBinding();
        using var leftTensor = from.Tensor([rows, height], left);
        using var rightTensor = from.Tensor([rows, width], right);
        binding.BindInput("left", leftTensor);
        binding.BindInput("right", rightTensor);
        TokenInputs.BindOutput(binding, "product", result, [height, width]);
        _session.RunWithBinding(_run, binding);
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
