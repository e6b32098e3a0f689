using Evo.Merging.Engines;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines.Forecasts;

/// <summary>How a budget is shared out.</summary>
public sealed class WorkingMemoryTests
{
    [Fact]
    public void Threads_take_a_quarter_of_the_budget_at_most()
    {
        using var scene = LargeScene.Create();
        var plan = scene.Plan(LargeScene.Recipe("ties"));
        int Workers(long memory, int asked) => WorkingMemory.WorkersOf(plan, new FolderMergeOptions { MemoryBytes = memory, Workers = asked });

        Assert.Equal(64, Workers(4_000_000_000, 64));
        Assert.Equal(2, Workers(FolderMergeOptions.LeastMemoryBytes, 2));
        Assert.InRange(Workers(FolderMergeOptions.LeastMemoryBytes, 64), 2, 4);
    }

    [Theory]
    [InlineData("ties", 4_000_000_000, 8_000_000)]
    [InlineData("ties", 16_800_000, 2_100_000)]
    public void The_collector_is_called_for_an_eighth_of_the_budget_at_most(string method, long memory, long step)
    {
        using var scene = LargeScene.Create();
        Assert.Equal(step, WorkingMemory.GarbageStepOf(scene.Plan(LargeScene.Recipe(method)), new FolderMergeOptions { MemoryBytes = memory, Workers = 2 }));
    }

    [Fact]
    public void Matrices_may_let_go_as_much_as_they_need()
    {
        using var scene = LargeScene.Create();
        var plan = scene.Plan("{merge_method: tsv_m, base_model: base, models: [{model: one}, {model: two}]}");
        var options = new FolderMergeOptions { MemoryBytes = 4_000_000_000, Workers = 2 };
        Assert.InRange(WorkingMemory.GarbageStepOf(plan, options), 10_000_000, options.MemoryBytes / 8);
    }
}
