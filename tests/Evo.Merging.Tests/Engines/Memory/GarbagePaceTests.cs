using System.Runtime.CompilerServices;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines.Memory;

/// <summary>What a merge lets go does not lie about for long. Alone: other tests call the collector too.</summary>
[Collection(nameof(GarbagePaceTests))]
public sealed class GarbagePaceTests
{
    [Theory]
    [InlineData(2_000_000)]
    [InlineData(8_000_000)]
    public void What_was_let_go_is_collected_before_two_steps_were_allocated(long step)
    {
        var pace = new GarbagePace(step);
        var first = LetGo();
        for (long allocated = 0; allocated < GarbagePace.MostBytes(step); allocated += 50_000)
        {
            LetGo();
            pace.Keep();
        }

        Assert.False(first.IsAlive);
    }

    [Fact]
    public void Work_of_a_merge_keeps_the_pace()
    {
        using var workers = new CpuWorkers(2, garbage: new GarbagePace(2_000_000));
        var first = LetGo();
        workers.ForEach(80, (_, _) => LetGo(), CancellationToken.None);
        Assert.False(first.IsAlive);
    }

    [Fact]
    public void A_merge_to_disk_calls_the_collector()
    {
        using var scene = LargeScene.Create();
        var plan = scene.Plan(LargeScene.Recipe("arcee_fusion")); // allocates several times the step, which is 2 MB
        var options = new FolderMergeOptions { Workers = 2, MemoryBytes = FolderMergeOptions.LeastMemoryBytes };
        var before = GC.CollectionCount(GC.MaxGeneration);
        FolderMerge.Write(plan, Path.Combine(scene.Folder, "merged"), options: options);
        Assert.True(GC.CollectionCount(GC.MaxGeneration) > before);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LetGo() => new(new byte[50_000]);

    [CollectionDefinition(nameof(GarbagePaceTests), DisableParallelization = true)]
    public sealed class Alone;
}
