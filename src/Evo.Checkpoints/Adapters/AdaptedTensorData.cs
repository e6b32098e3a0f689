using System.Numerics.Tensors;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// One tensor of a base under an adapter, W + scale · B · A, computed while it is read: in float32, rounded once to it, with the same bits whatever the
/// tensor is cut into. (PEFT's <c>merge_and_unload</c> and mergekit round the sum to the stored type as well.) DoRA (arXiv:2402.09353, equation 5)
/// then gives every output's weights w the trained magnitude m: m · w / ‖w‖₂. Reading is safe from many threads.
/// </summary>
public sealed class AdaptedTensorData
{
    private const int PieceLength = 1 << 16;

    private readonly ModelFolder _base;
    private readonly AdapterFolder _adapter;
    private readonly AdapterFactors _factors;
    private readonly TensorChange _change;
    private Lazy<float[]> _magnitudeFactors;

    internal AdaptedTensorData(ModelFolder @base, TensorInfo tensor, AdapterFolder adapter, AdapterFactors factors, TensorChange change)
    {
        _base = @base;
        Tensor = tensor;
        _adapter = adapter;
        _factors = factors;
        _change = change;
        _magnitudeFactors = new Lazy<float[]>(MagnitudeFactors);
    }

    /// <summary>The base's tensor: name, stored type, shape.</summary>
    public TensorInfo Tensor { get; }

    /// <summary>True when the whole change is a low-rank product: no replacement, no magnitudes, no bias.</summary>
    public bool IsLowRank => _change is { Replacement: null, Update.Magnitude: null, BiasOf: null };

    /// <summary>True when A is the left factor of <see cref="Product"/>, transposed, because the weight lies [in, out].</summary>
    public bool IsTransposed => _change.IsTransposed;

    /// <summary>The update by its name in the adapter; null where there is none.</summary>
    public LowRankUpdate? Update => _change.Update;

    /// <summary>The tensor's name in the adapter, which may have an outer module that the base's checkpoint leaves out.</summary>
    public string AdapterName => _change.Update is { } update ? update.Module + ".weight" : _change.Replacement?.Name ?? Tensor.Name;

    /// <summary>Bytes on disk that a full read takes: the base's (or what replaces it) and the factors.</summary>
    public long BytesToRead => (_change.Replacement?.Stored ?? Tensor).ByteLength + (_change.Update is { } update ? update.A.ByteLength + update.B.ByteLength : 0);

    /// <summary>The low-rank part, laid out as the tensor is.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public LowRankProduct Product() =>
        _factors.Product(_change.Update ?? throw new InvalidOperationException($"'{Tensor.Name}' has no low-rank update"), _change.IsTransposed);

    /// <summary>Elements from a flat index on.</summary>
    /// <exception cref="CheckpointException">DoRA: the weights of an output are all zero, so that they have no direction.</exception>
    public void ReadFloats(long first, Span<float> destination)
    {
        ReadUnscaled(first, destination);
        if (_change.Update?.Magnitude is not null)
            ApplyMagnitudes(first, destination);
        if (_change.BiasOf is { } biased)
        {
            var bias = new float[destination.Length];
            _adapter.ReadFloats(biased.Bias!, first, bias);
            TensorPrimitives.MultiplyAdd(bias, (float)biased.Scale, destination, destination);
        }
    }

    /// <summary>Lets go of the memory that reading took, when all is read.</summary>
    public void Release()
    {
        _base.Release(Tensor.Name);
        if (_change.Update is { } update)
            _factors.Forget(update, _change.IsTransposed);
        if (Volatile.Read(ref _magnitudeFactors).IsValueCreated)
            Volatile.Write(ref _magnitudeFactors, new Lazy<float[]>(MagnitudeFactors));
    }

    private void ReadUnscaled(long first, Span<float> destination)
    {
        if (_change.Replacement is { } saved)
            _adapter.ReadFloats(saved.Stored, first, destination);
        else
            _base.ReadFloats(Tensor.Name, first, destination);
        if (_change.Update is not null)
            Product().AddTo(first, destination);
    }

    private void ApplyMagnitudes(long first, Span<float> destination)
    {
        var factors = Volatile.Read(ref _magnitudeFactors).Value;
        var columns = Tensor.Shape[1];
        while (!destination.IsEmpty)
        {
            var (row, column) = Math.DivRem(first, columns);
            var part = destination[..(int)Math.Min(destination.Length, columns - column)];
            if (_change.IsTransposed)
                TensorPrimitives.Multiply(part, factors.AsSpan((int)column, part.Length), part);
            else
                TensorPrimitives.Multiply(part, factors[row], part);
            destination = destination[part.Length..];
            first += part.Length;
        }
    }

    /// <summary>m / ‖w‖₂ of every output, norms in float64; outputs are rows, or columns of a transposed weight.</summary>
    private float[] MagnitudeFactors()
    {
        var columns = Tensor.Shape[1];
        var squares = new double[_change.Update!.Outputs];
        var piece = new float[PieceLength];
        for (long first = 0; first < Tensor.ElementCount; first += PieceLength)
        {
            var values = piece.AsSpan(0, (int)Math.Min(PieceLength, Tensor.ElementCount - first));
            ReadUnscaled(first, values);
            var (row, column) = Math.DivRem(first, columns);
            foreach (var value in values)
            {
                squares[_change.IsTransposed ? column : row] += (double)value * value;
                if (++column == columns)
                    (row, column) = (row + 1, 0);
            }
        }

        var magnitudes = _adapter.ReadAll(_change.Update.Magnitude!);
        for (var output = 0; output < magnitudes.Length; output++)
            magnitudes[output] = squares[output] != 0
                ? (float)(magnitudes[output] / Math.Sqrt(squares[output]))
                : throw new CheckpointException(_adapter.WeightFile, $"tensor {Quoted.Name(_change.Update.Magnitude!.Name)}: the weights of output {output} are all "
                    + "zero, so that DoRA's magnitude has no direction to scale; leave this adapter out, or mend its base");
        return magnitudes;
    }
}
