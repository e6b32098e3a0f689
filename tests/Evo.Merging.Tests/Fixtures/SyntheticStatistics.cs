using System.Text;
using Evo.Merging.Calibration;
using Evo.Merging.Planning;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>Statistics that no model was run for: given ones, else random ones that depend on the names of model and tensor alone.</summary>
internal sealed class SyntheticStatistics(ParentModels parents) : ICalibrationSource
{
    private readonly Dictionary<(string Model, string Tensor), GivenStatistics?> _given = [];

    /// <summary>What was asked for, in order.</summary>
    public List<(string Model, CalibrationKinds Kinds)> Required { get; } = [];

    public SyntheticStatistics With(string model, string tensor, GivenStatistics? statistics)
    {
        _given[(model, tensor)] = statistics;
        return this;
    }

    public void Require(string model, CalibrationKinds kinds) => Required.Add((model, kinds));

    public string ContentIdOf(string model, CalibrationKinds kinds) => $"{model} {kinds}";

    public IModelStatistics Of(string model, CalibrationKinds kinds) => new Model(this, model);

    /// <summary>The statistics of one tensor.</summary>
    public GivenStatistics? Find(string model, string tensor)
    {
        if (_given.TryGetValue((model, tensor), out var given))
            return given;
        if (tensor.Contains("embed", StringComparison.Ordinal))
            return null;
        var shape = parents[model].Find(tensor)!.Shape;
        var found = GivenStatistics.Random(Encoding.UTF8.GetBytes($"{model} {tensor}").Aggregate(17, (seed, value) => (seed * 31) + value), [.. shape]);
        _given[(model, tensor)] = found;
        return found;
    }

    private sealed class Model(SyntheticStatistics owner, string name) : IModelStatistics
    {
        public ITensorStatistics? Find(string tensor)
        {
            lock (owner._given)
                return owner.Find(name, tensor);
        }
    }
}

/// <summary>Statistics in arrays.</summary>
internal sealed class GivenStatistics(int channels, float[]? gram = null, float[]? meanMagnitudes = null, float[]? secondMoments = null, float[]? curvature = null)
    : ITensorStatistics
{
    public int Channels => channels;

    public float[]? Matrix => gram;

    public float[]? Curved => curvature;

    public ReadOnlySpan<float> MeanMagnitudes => meanMagnitudes;

    public ReadOnlySpan<float> SecondMoments => secondMoments;

    public bool HasGram => gram is not null;

    public bool HasCurvature => curvature is not null;

    public double CurvatureRootMeanSquare { get; init; } = 1;

    public ReadOnlySpan<float> Gram(int first, int count) => gram.AsSpan(first * channels, count * channels);

    public ReadOnlySpan<float> Curvature(long first, int count) => curvature.AsSpan((int)first, count);

    /// <summary>Eight random inputs and a little of everything; curvature of many orders of magnitude.</summary>
    public static GivenStatistics Random(int seed, long[] shape)
    {
        const int Samples = 8;
        var random = new Random(seed);
        var n = (int)shape[^1];
        float[]? gram = null;
        var diagonal = new float[n];
        Array.Fill(diagonal, 0.3f);
        if (shape.Length == 2)
        {
            var inputs = Enumerable.Range(0, Samples).Select(_ => Enumerable.Range(0, n).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray()).ToArray();
            gram = new float[n * n];
            for (var row = 0; row < n; row++)
                for (var column = 0; column < n; column++)
                    gram[(row * n) + column] = inputs.Sum(input => input[row] * input[column]) + (row == column ? 0.3f : 0);
            for (var channel = 0; channel < n; channel++)
                diagonal[channel] = gram[(channel * n) + channel];
        }

        var count = shape.Aggregate(1L, (product, extent) => product * extent);
        return new GivenStatistics(
            n, gram, [.. diagonal.Select(MathF.Sqrt)], diagonal, [.. Enumerable.Range(0, (int)count).Select(_ => (float)Math.Pow(10, (4 * random.NextDouble()) - 2))]);
    }
}
