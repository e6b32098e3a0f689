using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Methods;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>The engine's promises: the same bits for any number of workers, rounding as on disk, failures by name.</summary>
public sealed class CpuMergeEngineTests
{
    public static TheoryData<string> Methods => [.. LargeScene.Methods.Select(method => method.Name)];

    [Theory, MemberData(nameof(Methods))]
    public void Any_number_of_workers_gives_the_same_bits(string method)
    {
        using var scene = LargeScene.Create();
        var alone = scene.Merge(LargeScene.Recipe(method), workers: 1);
        foreach (var workers in new[] { 2, 5 })
            LargeScene.SameBits(alone, scene.Merge(LargeScene.Recipe(method), workers));
    }

    [Fact]
    public void An_engine_that_has_merged_other_candidates_gives_the_same_bits()
    {
        using var scene = LargeScene.Create();
        using var used = new CpuMergeEngine(2);
        foreach (var density in new[] { 0.3, 0.7, 0.1 })
            scene.Merge(LargeScene.Recipe("ties", density), used);
        used.Prepare(scene.Plan(LargeScene.Recipe("slerp")));
        LargeScene.SameBits(scene.Merge(LargeScene.Recipe("ties", 0.45)), scene.Merge(LargeScene.Recipe("ties", 0.45), used));
        LargeScene.SameBits(scene.Merge(LargeScene.Recipe("slerp")), scene.Merge(LargeScene.Recipe("slerp"), used));
    }

    [Fact]
    public void A_candidate_is_rounded_to_the_type_that_it_will_be_written_in()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1, 1.00390625f, 3e-40f)), ("b", TinyModel.OfVector(1.0078125f, 1, 0)));
        var merged = scene.MergeOne("{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 1}, dtype: bfloat16}");
        Assert.Equal([1, 1], merged[..2]); // halfway cases go to the even neighbour, just below to the nearer
        Assert.All(merged, value => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(value) & 0xFFFF));
    }

    [Fact]
    public void Float16_that_overflows_is_an_invalid_candidate()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(60000)));
        const string recipe = "{merge_method: passthrough, models: [{model: a}], parameters: {scale: 1.2}, dtype: ";
        Assert.Equal(Names.Norm(0), Assert.Throws<NonFiniteMergeException>(() => scene.MergeOne(recipe + "float16}")).Tensor);
        Assert.Equal([72000], scene.MergeOne(recipe + "float32}"));
    }

    [Theory]
    [InlineData("linear", float.NaN)]
    [InlineData("linear", float.PositiveInfinity)]
    [InlineData("slerp", float.NaN)]
    [InlineData("task_arithmetic", float.NaN)]
    [InlineData("ties", float.NaN)]
    [InlineData("ties", float.NegativeInfinity)]
    [InlineData("dare_linear", float.NaN)]
    [InlineData("dare_ties", float.NaN)]
    [InlineData("passthrough", float.NaN)]
    public void A_parent_that_is_not_finite_gives_an_invalid_candidate(string method, float value) => SpoilsTheCandidate(method, value, density: 0.6);

    [Theory]
    [InlineData("ties", float.NaN)]
    [InlineData("ties", float.PositiveInfinity)]
    [InlineData("dare_linear", float.PositiveInfinity)]
    [InlineData("dare_ties", float.NegativeInfinity)]
    [InlineData("della", float.PositiveInfinity)]
    [InlineData("breadcrumbs", float.PositiveInfinity)]
    [InlineData("breadcrumbs_ties", float.NegativeInfinity)]
    public void It_does_also_where_nothing_of_it_is_kept(string method, float value) => SpoilsTheCandidate(method, value, density: 0);

    private static void SpoilsTheCandidate(string method, float value, double density)
    {
        var values = new float[40];
        values[7] = value;
        using var scene = new MergeScene(
            ("base", new TinyModel().With(Names.Norm(0), [40], new float[40]).With(Names.Up(0), [40], new float[40])),
            ("one", new TinyModel().With(Names.Norm(0), [40], [.. Enumerable.Repeat(1f, 40)]).With(Names.Up(0), [40], values)),
            ("two", new TinyModel().With(Names.Norm(0), [40], [.. Enumerable.Repeat(2f, 40)]).With(Names.Up(0), [40], new float[40])));
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.Merge(LargeScene.Recipe(method, density)));
        Assert.Equal(Names.Up(0), failure.Tensor);
    }

    [Fact]
    public void The_first_tensor_that_fails_is_the_one_reported()
    {
        var model = new TinyModel();
        foreach (var name in new[] { Names.Norm(0), Names.Query(0), Names.Up(0) })
            model.With(name, [1], [float.NaN]);
        using var scene = new MergeScene(("a", model));
        for (var attempt = 0; attempt < 20; attempt++)
            Assert.Equal(
                Names.Norm(0),
                Assert.Throws<NonFiniteMergeException>(() => scene.Merge("{merge_method: passthrough, models: [{model: a}]}", workers: 3)).Tensor);
    }

    [Fact]
    public void An_engine_works_on_after_an_invalid_candidate()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(60000)));
        using var engine = new CpuMergeEngine();
        const string recipe = "{merge_method: passthrough, models: [{model: a}], dtype: float16, parameters: {scale: ";
        Assert.Throws<NonFiniteMergeException>(() => scene.Merge(recipe + "2}}", engine));
        Assert.Equal([30000], Assert.Single(scene.Merge(recipe + "0.5}}", engine)).Value);
    }

    [Fact]
    public void A_buffer_of_another_layout_is_refused()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1, 2)));
        using var engine = new CpuMergeEngine();
        using var other = new CpuWeights(new WeightLayout([new TensorInfo(Names.Norm(0), ElementType.F32, [3])]));
        Assert.Throws<ArgumentException>(() => engine.Merge(scene.Plan("{merge_method: passthrough, models: [{model: a}]}"), other));
    }

    [Fact]
    public void Cancelling_stops_a_merge_and_spoils_nothing()
    {
        using var scene = LargeScene.Create();
        using var engine = new CpuMergeEngine(2);
        var plan = scene.Plan(LargeScene.Recipe("ties"));
        using var weights = new CpuWeights(plan.Layout);
        Assert.ThrowsAny<OperationCanceledException>(() => engine.Merge(plan, weights, new CancellationToken(canceled: true)));
        LargeScene.SameBits(scene.Merge(LargeScene.Recipe("ties")), scene.Merge(LargeScene.Recipe("ties"), engine));
    }
}
