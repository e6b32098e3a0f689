using Evo.Merging.Methods;
using Evo.Merging.Methods.Spectral;
using Evo.Merging.Tests.Fixtures;
using MathNet.Numerics.LinearAlgebra;

namespace Evo.Merging.Tests.Methods.Spectral;

/// <summary>A base and fine-tunes of it of one matrix, as files and as float64 matrices.</summary>
internal sealed class SpectralScene : IDisposable
{
    private readonly MergeScene _scene;

    public SpectralScene(Matrix<double> @base, params Matrix<double>[] taskVectors)
    {
        Base = Rounded(@base);
        Models = [.. taskVectors.Select(vector => Rounded(Base + vector))];
        _scene = new MergeScene([("base", Model(Base)), .. Models.Select((model, index) => ($"m{index}", Model(model)))]);
    }

    public static TheoryData<string> Methods => [.. MergeMethods.All.Where(method => method is SpectralMethod).Select(method => method.Name)];

    public Matrix<double> Base { get; }

    public Matrix<double>[] Models { get; }

    /// <summary>The task vectors, of the models as they are stored.</summary>
    public Matrix<double>[] TaskVectors => Array.ConvertAll(Models, model => model - Base);

    public static SpectralScene Random(int rows, int columns, int models, double size = .1) => new(
        Values(rows, columns, 1), [.. Enumerable.Range(0, models).Select(model => size * Values(rows, columns, 2 + model))]);

    public static Matrix<double> Values(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return Matrix<double>.Build.Dense(rows, columns, (_, _) => random.NextDouble() - .5);
    }

    public static Matrix<double> Rows(params double[][] rows) => Matrix<double>.Build.DenseOfRowArrays(rows);

    /// <summary>The merged matrix.</summary>
    /// <param name="parameters">As in YAML, without braces.</param>
    /// <param name="weights">Of each model; all 1 where there are none.</param>
    public Matrix<double> Merge(string method, string parameters = "", double[]? weights = null, int[]? order = null)
    {
        var merged = _scene.MergeOne(Recipe(method, parameters, weights, order));
        return Matrix<double>.Build.Dense(Base.RowCount, Base.ColumnCount, (row, column) => merged[(row * Base.ColumnCount) + column]);
    }

    /// <summary>The merged matrix minus the base.</summary>
    public Matrix<double> TaskVector(string method, string parameters = "", double[]? weights = null) => Merge(method, parameters, weights) - Base;

    public string Recipe(string method, string parameters = "", double[]? weights = null, int[]? order = null) =>
        $"{{merge_method: {method}, base_model: base, models: [{string.Join(", ", (order ?? [.. Enumerable.Range(0, Models.Length)]).Select(model =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{model: m{model}, parameters: {{weight: {weights?[model] ?? 1}}}}}")))}], parameters: {{{parameters}}}}}";

    public static void Near(Matrix<double> expected, Matrix<double> actual, double tolerance = 2e-6)
    {
        Assert.Equal((expected.RowCount, expected.ColumnCount), (actual.RowCount, actual.ColumnCount));
        var distance = (expected - actual).Enumerate().Max(Math.Abs);
        if (!(distance <= tolerance))
            Assert.Fail($"off by {distance}: expected {expected.ToMatrixString()}, got {actual.ToMatrixString()}");
    }

    public void Dispose() => _scene.Dispose();

    private static TinyModel Model(Matrix<double> values) => TinyModel.OfMatrix(
        values.RowCount, values.ColumnCount, [.. values.ToRowArrays().SelectMany(row => row).Select(value => (float)value)]);

    private static Matrix<double> Rounded(Matrix<double> values) => values.Map(value => (double)(float)value);
}
