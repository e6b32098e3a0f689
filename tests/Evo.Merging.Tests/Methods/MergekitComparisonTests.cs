using System.Globalization;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>Random matrices of odd shapes, in both types, against the float64 formulas of the cards A3 to A11.</summary>
public sealed class MergekitComparisonTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 10)];

    [Theory, MemberData(nameof(Seeds))]
    public void Nuslerp(int seed)
    {
        var draw = new Draw(seed, models: 2);
        using var scene = draw.Scene();
        var t = draw.Weights[1] / (draw.Weights[0] + draw.Weights[1]);
        double[] x = draw.Models[0], y = draw.Models[1];
        draw.Compare(MergekitReference.NuSlerp(x, y, t, MergekitReference.Whole(x.Length)), scene.MergeOne($"{{merge_method: nuslerp, {draw.Text}}}"));
        draw.Compare(
            MergekitReference.NuSlerp(x, y, t, MergekitReference.Rows(draw.Rows, draw.Columns)),
            scene.MergeOne($"{{merge_method: nuslerp, {draw.Text}, parameters: {{nuslerp_flatten: false}}}}"));
        draw.Compare(
            MergekitReference.NuSlerp(x, y, t, MergekitReference.Columns(draw.Rows, draw.Columns)),
            scene.MergeOne($"{{merge_method: nuslerp, {draw.Text}, parameters: {{nuslerp_flatten: false, nuslerp_row_wise: true}}}}"));
        draw.Compare(
            draw.OnBase(MergekitReference.NuSlerp(draw.Tau(0), draw.Tau(1), t, MergekitReference.Columns(draw.Rows, draw.Columns))),
            scene.MergeOne($"{{merge_method: nuslerp, base_model: base, {draw.Text}, parameters: {{nuslerp_flatten: false, nuslerp_row_wise: true}}}}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Multislerp(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        draw.Compare(MergekitReference.MultiSlerp(draw.Models, draw.Weights), scene.MergeOne($"{{merge_method: multislerp, {draw.Text}}}"));
        draw.Compare(
            draw.OnBase(MergekitReference.MultiSlerp([draw.Tau(0), draw.Tau(1), draw.Tau(2)], draw.Weights)),
            scene.MergeOne($"{{merge_method: multislerp, base_model: base, {draw.Text}}}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Karcher(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        draw.Compare(MergekitReference.Karcher(draw.Models, 100), scene.MergeOne($"{{merge_method: karcher, {draw.Text}, parameters: {{max_iter: 100, tol: 1e-9}}}}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Model_stock(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        foreach (var clamped in new[] { true, false })
        {
            var compat = clamped ? "false" : "true";
            draw.Compare(
                MergekitReference.ModelStock(draw.Base, draw.Models, MergekitReference.Whole(draw.Base.Length), clamped),
                scene.MergeOne($"{{merge_method: model_stock, base_model: base, {draw.Text}, parameters: {{mergekit_compat: {compat}}}}}"));
            if (clamped) // an unclamped row may be anywhere
                draw.Compare(
                    MergekitReference.ModelStock(draw.Base, draw.Models, MergekitReference.Rows(draw.Rows, draw.Columns), clamped),
                    scene.MergeOne($"{{merge_method: model_stock, base_model: base, {draw.Text}, parameters: {{filter_wise: true}}}}"));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Sce(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        foreach (var topk in new[] { 1, 0.8, 0.31, 0.05 })
            draw.Compare(
                MergekitReference.Sce(draw.Base, draw.Models, topk),
                scene.MergeOne(string.Create(CultureInfo.InvariantCulture, $"{{merge_method: sce, base_model: base, {draw.Text}, parameters: {{select_topk: {topk}}}}}")));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Nearswap(int seed)
    {
        var draw = new Draw(seed, models: 1);
        using var scene = draw.Scene();
        draw.Compare(
            [.. draw.Base.Zip(draw.Models[0], (a, b) => a + (Math.Sign(b - a) * Math.Min(.03, Math.Abs(b - a))))],
            scene.MergeOne($"{{merge_method: nearswap, base_model: base, {draw.Text}, parameters: {{t: 0.03}}}}"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Arcee_fusion(int seed)
    {
        var draw = new Draw(seed, models: 1);
        using var scene = draw.Scene();
        foreach (var kappa in new[] { 1.5, 0.7 })
            draw.Compare(
                MergekitReference.Fusion(draw.Base, draw.Models[0], draw.Columns, kappa),
                scene.MergeOne(string.Create(CultureInfo.InvariantCulture, $"{{merge_method: arcee_fusion, base_model: base, {draw.Text}, parameters: {{kappa: {kappa}}}}}")));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Ram(int seed)
    {
        var draw = new Draw(seed);
        using var scene = draw.Scene();
        draw.Compare(
            MergekitReference.Ram(draw.Base, draw.Models, .04f, 0, 0),
            scene.MergeOne($"{{merge_method: ram, base_model: base, {draw.Text}, parameters: {{epsilon: 0.04}}}}"));
        draw.Compare(
            MergekitReference.Ram(draw.Base, draw.Models, .06f, .3, .9),
            scene.MergeOne($"{{merge_method: ramplus_tl, base_model: base, {draw.Text}, parameters: {{epsilon: 0.06, r: 0.3, alpha: 0.9}}}}"));
    }

    /// <summary>Matrices of one to seventy rows around a base, in float32 or bfloat16.</summary>
    private sealed class Draw
    {
        private readonly ElementType _type;

        public Draw(int seed, int models = 3)
        {
            var random = new Random(seed);
            _type = seed % 2 == 0 ? ElementType.F32 : ElementType.BF16;
            (Rows, Columns) = seed == 0 ? (1, 1) : seed == 9 ? (301, 257) : (random.Next(1, 70), random.Next(2, 90));
            Base = Values(1);
            Models = [.. Enumerable.Range(0, models).Select(_ => Base.Zip(Values(.25), (start, change) => Stored(start + change)).ToArray())];
            Weights = [.. Models.Select(_ => Math.Round(random.NextDouble(), 3) + .1)];

            double[] Values(double scale) => [.. Enumerable.Range(0, Rows * Columns).Select(_ => Stored((random.NextDouble() - .5) * scale))];
            double Stored(double value) => _type == ElementType.F32
                ? (float)value
                : BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)value) & 0xFFFF0000);
        }

        public int Rows { get; }

        public int Columns { get; }

        public double[] Base { get; }

        public double[][] Models { get; }

        public double[] Weights { get; }

        public string Text => $"dtype: float32, models: [{string.Join(", ", Enumerable.Range(0, Models.Length).Select(m => string.Create(
            CultureInfo.InvariantCulture, $"{{model: m{m}, parameters: {{weight: {Weights[m]:R}}}}}")))}]";

        public double[] Tau(int model) => [.. Models[model].Zip(Base, (value, start) => (double)((float)value - (float)start))];

        public double[] OnBase(double[] vector) => [.. Base.Zip(vector, (start, value) => start + value)];

        public MergeScene Scene() => new([("base", Model(Base)), .. Models.Select((model, m) => ($"m{m}", Model(model)))]);

        public void Compare(double[] expected, float[] merged) => Near.Equal(expected, merged, 2e-6);

        private TinyModel Model(double[] values) => new TinyModel().With(Names.Up(0), [Rows, Columns], [.. values.Select(value => (float)value)], _type);
    }
}
