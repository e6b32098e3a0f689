using System.Globalization;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>DARE, DELLA, Breadcrumbs and whole-model TIES on random matrices, against the float64 formulas of card A6; the masks' numbers are the ones that their keys give.</summary>
public sealed class SparseComparisonTests
{
    public static TheoryData<string, int> Random => Cases("dare_linear", "dare_ties", "della_linear", "della");

    public static TheoryData<string, int> Trimmed => Cases("breadcrumbs", "breadcrumbs_ties");

    [Theory, MemberData(nameof(Random))]
    public void What_is_dropped_at_random(string method, int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        foreach (var (rescale, normalize, inverse) in new[] { (true, false, false), (false, true, false), (true, true, true) })
        {
            var byRank = method.StartsWith("della", StringComparison.Ordinal);
            var recipe = draw.Recipe(method, $"seed: 5, lambda: 0.7, rescale: {On(rescale)}, normalize: {On(normalize)}{(byRank ? ", epsilon: 0.07" : $", inverse_density: {On(inverse)}")}");
            var sources = scene.Plan(recipe).Tensors.Single().Models;
            var deltas = draw.TaskVectors.Select((vector, m) =>
            {
                var (density, key) = (draw.Densities[m], sources[m].MaskKey(5));
                double Number(int index) => key.Draw(index) / 4294967296.0;
                var sparse = byRank ? ReferenceSparsity.Ranked(vector, draw.Columns, density, .07, Number) : ReferenceSparsity.Random(vector, density, Number);
                var whole = !rescale ? sparse : inverse && !byRank ? [.. sparse.Select(value => value / density)] : ReferenceSparsity.Rescaled(sparse, vector);
                return whole.Select(value => value * draw.Weights[m]).ToArray();
            }).ToArray();
            var elects = method is "dare_ties" or "della";
            Near.Equal(ReferenceMethods.Sum(draw.Base, deltas, draw.Weights, elects, normalize, .7), scene.MergeOne(recipe), 3e-6);
        }
    }

    [Theory, MemberData(nameof(Trimmed))]
    public void What_is_dropped_by_magnitude(string method, int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        foreach (var (rescale, normalize, gamma) in new[] { (false, false, .01), (true, false, .2), (false, true, .7) })
        {
            var deltas = draw.TaskVectors.Select((vector, m) =>
            {
                var sparse = ReferenceSparsity.WithoutOutliers(vector, draw.Densities[m], gamma);
                return (rescale ? ReferenceSparsity.Rescaled(sparse, vector) : sparse).Select(value => value * draw.Weights[m]).ToArray();
            }).ToArray();
            var recipe = draw.Recipe(method, string.Create(CultureInfo.InvariantCulture, $"gamma: {gamma}, rescale: {On(rescale)}, normalize: {On(normalize)}"));
            Near.Equal(ReferenceMethods.Sum(draw.Base, deltas, draw.Weights, method.EndsWith("ties", StringComparison.Ordinal), normalize, 1), scene.MergeOne(recipe), 3e-6);
        }
    }

    /// <summary>One threshold for a model, votes without weights, the majority's sign where they cancel: with steps of 1/16 many do.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1 / 16f)]
    [InlineData(3, 1 / 16f)]
    public void Whole_model_ties(int seed, float step)
    {
        using var models = new SeveralTensors(seed, 3, step);
        var kept = models.Vectors.Zip([.3, .07, .55], (vector, density) => ReferenceSparsity.Largest(vector, (int)(density * vector.Length))).ToArray();
        double[] weights = [1, .6, 1.4];
        var votes = kept[0].Select((_, i) => Math.Sign(Math.Round(kept.Sum(vector => vector[i]), 7))).ToArray();
        var majority = votes.Sum() < 0 ? -1 : 1;
        var expected = kept[0].Select((_, i) =>
        {
            var sign = votes[i] == 0 ? majority : votes[i];
            var voters = Enumerable.Range(0, 3).Where(m => Math.Sign(kept[m][i]) == sign).ToArray();
            return voters.Length == 0 ? 0 : .9 * voters.Sum(m => weights[m] * kept[m][i]) / voters.Sum(m => weights[m]);
        });
        Near.Equal(
            [.. expected],
            [.. models.Merge("ties", "trim_scope: model, lambda: 0.9", "density: 0.3, weight: 1", "density: 0.07, weight: 0.6", "density: 0.55, weight: 1.4").Select(value => (float)value)],
            1e-6);
    }

    private static TheoryData<string, int> Cases(params string[] methods)
    {
        var cases = new TheoryData<string, int>();
        foreach (var method in methods)
            for (var seed = 0; seed < 6; seed++)
                cases.Add(method, seed);
        return cases;
    }

    private static string On(bool value) => value ? "true" : "false";

    /// <summary>Three models around a base: matrices of many shapes, in both types, with many equal magnitudes in every third.</summary>
    private sealed class Draw
    {
        private static readonly (int Rows, int Columns)[] Shapes = [(1, 1), (53, 1), (1, 57), (37, 41), (7, 1300), (211, 57)];

        private readonly ElementType _type;
        private readonly int _rows;

        public Draw(int seed)
        {
            var random = new Random(seed);
            (_rows, Columns) = Shapes[seed];
            _type = seed % 2 == 0 ? ElementType.F32 : ElementType.BF16;
            Base = Values(1);
            Models = [.. Enumerable.Range(0, 3).Select(_ => Base.Zip(Values(.25), (start, change) => Stored(start + change)).ToArray())];
            Weights = [.. Models.Select(_ => Math.Round(random.NextDouble(), 3) + .1)];
            Densities = [.. Models.Select(_ => Math.Round(.1 + (.8 * random.NextDouble()), 3))];

            double[] Values(double scale) => [.. Enumerable.Range(0, _rows * Columns).Select(_ => Stored((random.NextDouble() - .5) * scale))];
            double Stored(double value)
            {
                var number = (float)(seed % 3 == 0 ? Math.Round(value * 64) / 64 : value);
                return _type == ElementType.F32 ? number : BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000);
            }
        }

        public int Columns { get; }

        public double[] Base { get; }

        public double[][] Models { get; }

        public double[] Weights { get; }

        public double[] Densities { get; }

        public double[][] TaskVectors => [.. Models.Select(model => model.Zip(Base, (value, start) => (double)((float)value - (float)start)).ToArray())];

        public string Recipe(string method, string parameters) =>
            $"{{merge_method: {method}, base_model: base, dtype: float32, parameters: {{{parameters}}}, models: [{string.Join(", ", Models.Select((_, m) => string.Create(
                CultureInfo.InvariantCulture, $"{{model: m{m}, parameters: {{weight: {Weights[m]:R}, density: {Densities[m]:R}}}}}")))}]}}";

        public MergeScene Scene() => new([("base", Model(Base)), .. Models.Select((model, m) => ($"m{m}", Model(model)))]);

        private TinyModel Model(double[] values) => new TinyModel().With(Names.Up(0), [_rows, Columns], [.. values.Select(value => (float)value)], _type);
    }
}
