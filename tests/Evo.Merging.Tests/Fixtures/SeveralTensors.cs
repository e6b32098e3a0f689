using System.Globalization;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>A base and fine-tunes of several tensors of random numbers, seen also as one flat task vector each, in the order of the plan.</summary>
internal sealed class SeveralTensors : IDisposable
{
    private static readonly (string Name, long[] Shape)[] Tensors =
    [
        (Names.Norm(0), [7]), (Names.Up(0), [5, 7]), (Names.Norm(1), [7]), (Names.Up(1), [1203, 7]), (Names.FinalNorm, [7]),
    ];

    private readonly MergeScene _scene;

    /// <param name="step">Numbers are multiples of it, so that many are equal; 0 for numbers that all differ.</param>
    public SeveralTensors(int seed, int models, float step = 0)
    {
        var random = new Random(seed);
        Base = Tensors.ToDictionary(tensor => tensor.Name, tensor => Values(tensor.Shape, 1));
        Models = [.. Enumerable.Range(0, models).Select(_ => Tensors.ToDictionary(
            tensor => tensor.Name, tensor => Base[tensor.Name].Zip(Values(tensor.Shape, .25), (start, change) => start + change).ToArray()))];
        _scene = new MergeScene([("base", Written(Base)), .. Models.Select((model, m) => ($"m{m}", Written(model)))]);

        float[] Values(long[] shape, double scale) => [.. Enumerable.Range(0, (int)shape.Aggregate((x, y) => x * y)).Select(_ =>
            (float)((random.NextDouble() - .5) * scale) is var value && step > 0 ? MathF.Round(value / step) * step : (float)((random.NextDouble() - .5) * scale))];
    }

    public Dictionary<string, float[]> Base { get; }

    public Dictionary<string, float[]>[] Models { get; }

    public MergeScene Scene => _scene;

    /// <summary>All elements of the task vectors, tensor after tensor as the plan has them.</summary>
    public double[][] Vectors => [.. Models.Select(model => Order.SelectMany(name => Difference(model[name], Base[name])).ToArray())];

    public IEnumerable<string> Order => Tensors.Select(tensor => tensor.Name);

    public double[][] VectorsOf(string name) => [.. Models.Select(model => Difference(model[name], Base[name]))];

    /// <summary>The merged task vector, flat, of a recipe with these parameters; a model has the parameters at its place.</summary>
    public double[] Merge(string method, string parameters, params string[] ofModels) => Flat(_scene.Merge(Recipe(method, parameters, ofModels), workers: 2));

    public string Recipe(string method, string parameters, params string[] ofModels) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{merge_method: {method}, base_model: base, models: [{string.Join(", ", Models.Select((_, m) => $"{{model: m{m}, parameters: {{{ofModels.ElementAtOrDefault(m)}}}}}"))}], parameters: {{{parameters}}}}}");

    public double[] Flat(Dictionary<string, float[]> merged) => [.. Order.SelectMany(name => Difference(merged[name], Base[name]))];

    public void Dispose() => _scene.Dispose();

    private static double[] Difference(float[] model, float[] start) => [.. model.Zip(start, (value, from) => (double)(value - from))];

    private static TinyModel Written(Dictionary<string, float[]> values) => Tensors.Aggregate(
        new TinyModel().Set("num_hidden_layers", 2), (model, tensor) => model.With(tensor.Name, tensor.Shape, values[tensor.Name]));
}
