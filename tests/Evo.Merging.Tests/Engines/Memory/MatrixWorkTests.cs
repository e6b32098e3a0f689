using Evo.Merging.Engines;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Engines.Cpu.Algebra;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.Methods;
using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines.Memory;

/// <summary>What methods say that their matrices take, against what is alive at most while one is merged; and what is done with it.</summary>
[Collection(nameof(MatrixWorkTests))]
public sealed class MatrixWorkTests
{
    public static TheoryData<string, string> Methods => new()
    {
        { "tsv_m", "" }, { "r_tsvm", "" }, { "iso_c", "" }, { "iso_cts", "" }, { "dc_merge", "" }, { "twin", "" }, { "wudi", "" }, { "wudi", "stopping: adam" },
        { "optmerge", "" }, { "optmerge", "truncation: 1" }, { "orthomerge", "" }, { "orthomerge", "residual: tsv_m" }, { "orthomerge", "rotation_target: conflicts" },
        { "regmean", "" }, { "lot", "" }, { "bmm", "" }, { "bmm", "gram_blend: 1" }, { "bmm", "anchor: tsv_m" },
        { "consensus", "backbone: tsv_m" }, { "consensus", "backbone: iso_c" }, { "mergevla", "backbone: wudi" },
    };

    [Theory, MemberData(nameof(Methods))]
    public void Matrices_take_no_more_than_was_said_and_not_far_less(string method, string parameters)
    {
        foreach (var (rows, columns, models) in new[] { (240, 120, 3), (120, 240, 2) })
        {
            using var scene = Scene(rows, columns, models);
            var tensor = scene.Plan(Recipe(method, parameters, models)).Tensors.Single();
            var said = tensor.Method.WorkOf(tensor.Place, tensor.Output.Shape, tensor.Parameters).Numbers * sizeof(double);
            Merge(tensor, new MatrixMemory()); // what is made once for the process or the test is made now
            bool IsNear(long peak) => peak <= said + 300_000 && peak >= 0.4 * said;
            var peak = PeakOf(tensor);
            for (var more = 0; more < 2 && !IsNear(peak); more++)
                peak = PeakOf(tensor); // pools that let go of buffers meanwhile, left by other tests, count against it
            Assert.True(IsNear(peak), $"{rows} × {columns}, {models} models: {peak} of {said} bytes");
        }
    }

    private static long PeakOf(PlannedTensor tensor)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        var memory = new MatrixMemory(limit: 0); // collects whenever more is asked for
        Merge(tensor, memory);
        return memory.Peak;
    }

    [Theory]
    [InlineData("tsv_m")]
    [InlineData("regmean")]
    public void A_merge_whose_matrices_do_not_fit_is_refused_before_anything_is_done(string method)
    {
        using var scene = Scene(700, 700, 3);
        var plan = scene.Plan(Recipe(method, "", 3));
        var needed = MatrixBytes.Of(plan.Tensors[0]).Total;
        var folder = Path.Combine(scene.Folder, "out");
        var options = new FolderMergeOptions { MemoryBytes = needed - 1, Workers = 2 };
        foreach (var refused in new Action[] { () => FolderMerge.Write(plan, folder, options: options), () => MergeForecast.Of(plan, options) })
        {
            var failure = Assert.Throws<RecipeException>(refused);
            Assert.Contains($"'{Names.Up(0)}' [700, 700] of 3 models takes {(needed + 999_999) / 1_000_000} MB", failure.Message, StringComparison.Ordinal);
            Assert.Contains($"--memory {(needed + 999_999) / 1_000_000}MB", failure.Message, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Tensors_whose_matrices_do_not_fit_together_are_merged_one_after_the_other()
    {
        using var scene = Scene(200, 200, 2);
        var tensor = scene.Plan(Recipe("tsv_m", "", 2)).Tensors.Single();
        var gate = new MemoryGate((2 * MatrixBytes.Of(tensor).Total) - 1);
        gate.TakeWork(tensor);
        gate.Take(tensor, 40_000); // its own run is part of the work
        var second = Task.Run(() => gate.TakeWork(tensor));
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(50)));
        gate.Return(tensor, 40_000);
        gate.ReturnWork(tensor);
        await second.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_forecast_holds_the_matrices_of_as_many_tensors_as_there_are_workers_within_the_budget()
    {
        using var scene = Scene(700, 700, 2);
        var plan = scene.Plan(Recipe("tsv_m", "", 2));
        var needed = MatrixBytes.Of(plan.Tensors[0]).Total;
        long Peak(long memory) => MergeForecast.Of(plan, new FolderMergeOptions { MemoryBytes = memory, Workers = 1 }, probe: false).PeakMemoryBytes;
        Assert.InRange(Peak(needed), needed, needed + (1 << 26));
        Assert.Equal(needed, Peak(1 << 30) - Peak(needed)); // with room for it, twice as much before the collector is called
    }

    [Fact]
    public void Without_a_budget_nothing_is_collected()
    {
        var memory = new MatrixMemory();
        memory.Reserve(long.MaxValue);
        Assert.Equal(0, memory.Peak);
    }

    private static string Recipe(string method, string parameters, int models) =>
        $"{{merge_method: {method}, {(MergeMethods.Find(method)!.Needs.NeedsBase ? "base_model: base, " : "")}models: ["
        + string.Join(", ", Enumerable.Range(1, models).Select(model => $"{{model: m{model}, parameters: {{weight: 1}}}}")) + $"], parameters: {{{parameters}}}}}";

    private static unsafe void Merge(PlannedTensor tensor, MatrixMemory memory)
    {
        using var workers = new CpuWorkers(1, memory);
        var kernel = tensor.Bind(CpuPlanInputs.OfOne(tensor, workers, cache: null, CancellationToken.None).ForOneMerge());
        var values = new float[tensor.Output.ElementCount];
        workers.Once(run =>
        {
            fixed (float* output = values)
                TensorExecution.Merge(tensor, kernel, 0, values.Length, output, run);
        });
    }

    private static MergeScene Scene(int rows, int columns, int models) =>
        new([("base", Model(rows, columns, 0)), .. Enumerable.Range(1, models).Select(model => ($"m{model}", Model(rows, columns, model)))]);

    private static TinyModel Model(int rows, int columns, int seed)
    {
        var (shared, own) = (new Random(99), new Random(seed));
        return new TinyModel().With(Names.Up(0), [rows, columns], [.. Enumerable.Range(0, rows * columns)
            .Select(_ => ((float)shared.NextDouble() - 0.5f) + (seed == 0 ? 0 : 0.1f * ((float)own.NextDouble() - 0.5f)))]);
    }

    /// <summary>What is alive is counted for the whole process: no other test may run beside.</summary>
    [CollectionDefinition(nameof(MatrixWorkTests), DisableParallelization = true)]
    public sealed class Alone;
}
