using System.Globalization;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>Random tensors, weights and densities against the independent float64 formulas.</summary>
public sealed class ReferenceComparisonTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 12)];

    [Theory, MemberData(nameof(Seeds))]
    public void Linear(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        foreach (var normalize in new[] { true, false })
            draw.Compare(
                ReferenceMethods.Linear(draw.Models, draw.Weights, normalize),
                scene.MergeOne($"{{merge_method: linear, {draw.ModelsText}, parameters: {{normalize: {(normalize ? "true" : "false")}}}}}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Slerp(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        draw.Compare(
            ReferenceMethods.Slerp(draw.Base, draw.Models[0], 0.37),
            scene.MergeOne("{merge_method: slerp, base_model: base, models: [{model: m0}], parameters: {t: 0.37}, dtype: float32}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Task_arithmetic(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        draw.Compare(
            ReferenceMethods.TaskVectors(draw.Base, draw.Models, draw.Weights, [1, 1, 1], elect: false, normalize: false, rescale: false, 1.3),
            scene.MergeOne($"{{merge_method: task_arithmetic, base_model: base, {draw.ModelsText}, parameters: {{lambda: 1.3}}}}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Ties(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        foreach (var (normalize, rescale) in new[] { (true, false), (false, false), (true, true) })
            draw.Compare(
                ReferenceMethods.TaskVectors(draw.Base, draw.Models, draw.Weights, draw.Densities, elect: true, normalize, rescale, 0.8),
                scene.MergeOne($"{{merge_method: ties, base_model: base, {draw.ModelsText}, "
                    + $"parameters: {{normalize: {(normalize ? 1 : 0)}, rescale: {(rescale ? 1 : 0)}, lambda: 0.8}}}}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Dare_ties_of_full_density(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        draw.Compare(
            ReferenceMethods.TaskVectors(draw.Base, draw.Models, draw.Weights, [1, 1, 1], elect: true, normalize: false, rescale: false, 1),
            scene.MergeOne($"{{merge_method: dare_ties, base_model: base, {draw.ModelsText.Replace("density", "gamma", StringComparison.Ordinal)}}}"));
    }

    /// <summary>Three models around a base; the size, the type and the coarseness (many equal magnitudes) vary with the seed.</summary>
    private sealed class Draw
    {
        private readonly ElementType _type;

        public Draw(int seed)
        {
            var random = new Random(seed);
            var length = seed % 3 == 0 ? random.Next(66_000, 70_000) : random.Next(1, 300);
            _type = seed % 2 == 0 ? ElementType.F32 : ElementType.BF16;
            var step = seed % 4 == 0 ? 1 / 64f : 0;
            Base = Values(1);
            Models = [.. Enumerable.Range(0, 3).Select(_ => Base.Zip(Values(.25), (start, change) => Stored(start + change)).ToArray())];
            Weights = [random.NextDouble() + .1, random.NextDouble() + .1, random.NextDouble() + .1];
            Densities = [random.NextDouble(), random.NextDouble(), 1];

            double[] Values(double scale) => [.. Enumerable.Range(0, length).Select(_ => Stored((random.NextDouble() - .5) * scale))];
            double Stored(double value)
            {
                var number = (float)(step == 0 ? value : Math.Round(value / step) * step);
                return _type == ElementType.F32 ? number : BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000);
            }
        }

        public double[] Base { get; }

        public double[][] Models { get; }

        public double[] Weights { get; }

        public double[] Densities { get; }

        public string ModelsText => $"dtype: float32, models: [{string.Join(", ", Enumerable.Range(0, 3).Select(m => string.Create(
            CultureInfo.InvariantCulture, $"{{model: m{m}, parameters: {{weight: {Weights[m]:R}, density: {Densities[m]:R}}}}}")))}]";

        public MergeScene Scene() => new([("base", Model(Base)), .. Models.Select((model, m) => ($"m{m}", Model(model)))]);

        public void Compare(double[] expected, float[] merged) => Near.Equal(expected, merged, 2e-6);

        private TinyModel Model(double[] values) =>
            new TinyModel().With(Names.Norm(0), [values.Length], [.. values.Select(value => (float)value)], _type);
    }
}
