using System.Globalization;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods;
using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>A buffer that still holds the engine's last candidate: only the tensors whose values differ are written again.</summary>
public sealed class CandidateReuseTests : IDisposable
{
    private const float Mark = 12345;

    private readonly MergeScene _scene = LargeScene.Create();
    private readonly CpuMergeEngine _engine = new(2);
    private readonly CpuWeights _weights;

    public CandidateReuseTests() => _weights = new CpuWeights(Plan(0.3).Layout);

    [Fact]
    public void Only_tensors_that_differ_are_written()
    {
        _engine.Merge(Plan(0.3), _weights);
        Scribble(Names.Norm(0));
        Scribble(Names.Up(0));
        _engine.Merge(Plan(0.3, ofNorm: 0.9), _weights);
        Assert.NotEqual(Mark, First(Names.Norm(0)));
        Assert.Equal(Mark, First(Names.Up(0)));
    }

    [Fact]
    public void Elements_handed_out_for_writing_make_the_buffer_unknown()
    {
        _engine.Merge(Plan(0.3), _weights);
        _weights[Slot(Names.Up(0))][0] = Mark;
        _engine.Merge(Plan(0.3), _weights);
        Assert.NotEqual(Mark, First(Names.Up(0)));
    }

    [Fact]
    public void A_merge_that_fails_makes_the_buffer_unknown()
    {
        _engine.Merge(Plan(0.3), _weights);
        Assert.ThrowsAny<OperationCanceledException>(() => _engine.Merge(Plan(0.5), _weights, new CancellationToken(canceled: true)));
        Scribble(Names.Up(0));
        _engine.Merge(Plan(0.3), _weights);
        Assert.NotEqual(Mark, First(Names.Up(0)));
    }

    [Fact]
    public void What_another_engine_wrote_is_not_taken_for_ones_own()
    {
        using var other = new CpuMergeEngine(1);
        _engine.Merge(Plan(0.3), _weights);
        other.Merge(Plan(0.5), _weights);
        _engine.Merge(Plan(0.3), _weights);
        RequireAsFresh(Plan(0.3));
    }

    [Fact]
    public void Every_candidate_of_a_search_is_as_if_it_were_the_first()
    {
        var random = new Random(5);
        for (var candidate = 0; candidate < 12; candidate++)
        {
            var plan = random.Next(3) == 0 ? _scene.Plan(LargeScene.Recipe("dare_ties", 0.4)) : Plan(random.Next(1, 4) / 4.0, random.Next(1, 3) / 2.0);
            _engine.Merge(plan, _weights);
            RequireAsFresh(plan);
        }
    }

    [Fact]
    public void A_tensor_whose_method_saw_the_whole_merge_is_written_when_any_tensor_differs()
    {
        var (before, after) = (Plan(0.3), Plan(0.3, ofNorm: 0.9));
        int Position(string name) => Slot(name).Index;
        var alone = new WrittenCandidate(_engine, before.Tensors, [false, false]);
        Assert.Equal([Position(Names.Norm(0))], WrittenCandidate.Stale(alone, after));
        Assert.Equal(2, WrittenCandidate.Stale(alone with { SawPlan = [true, true] }, after).Length);
        Assert.Empty(WrittenCandidate.Stale(alone with { SawPlan = [true, true] }, Plan(0.3)));
        Assert.Equal(2, WrittenCandidate.Stale(null, after).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_000)]
    [InlineData(1_500_000)]
    public void Any_memory_for_what_is_prepared_gives_the_same_bits(long bytes)
    {
        using var bounded = new CpuMergeEngine(2, bytes);
        foreach (var method in LargeScene.Methods)
            foreach (var density in new[] { 0.3, 0.55, 0.3 })
            {
                var recipe = LargeScene.Recipe(method.Name, density);
                LargeScene.SameBits(_scene.Merge(recipe), _scene.Merge(recipe, bounded));
                Assert.InRange(bounded.PreparedBytes, 0, bytes);
            }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _engine.Dispose();
        _scene.Dispose();
    }

    private MergePlan Plan(double density, double ofNorm = 0.5) => _scene.Plan(string.Create(CultureInfo.InvariantCulture,
        $"{{merge_method: ties, base_model: base, models: [{{model: one, parameters: {{weight: 1, density: [{{filter: norm, value: {ofNorm}}}, {{value: {density}}}]}}}}, {{model: two, parameters: {{weight: 0.5}}}}]}}"));

    private void RequireAsFresh(MergePlan plan)
    {
        using var engine = new CpuMergeEngine(1);
        using var fresh = new CpuWeights(plan.Layout);
        engine.Merge(plan, fresh);
        foreach (var slot in fresh.Layout.Slots)
            Assert.True(fresh.Read(slot).SequenceEqual(_weights.Read(slot)), $"'{slot.Name}' differs");
    }

    private WeightSlot Slot(string name) => _weights.Layout.Find(name)!;

    private float First(string name) => _weights.Read(Slot(name))[0];

    private unsafe void Scribble(string name) => *_weights.Pointer(Slot(name)) = Mark;
}
