using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.ReadBudgets;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.ReadBudgets;

/// <summary>Leaving out the blocks of task vectors that matter least: what is left out, what that gives, what is read.</summary>
public sealed class ReadBudgetTests : IDisposable
{
    private readonly MergeScene _scene = LargeScene.Create();

    private string Catalog => Path.Combine(_scene.Folder, "catalog");

    [Fact]
    public void The_whole_budget_is_the_plain_merge()
    {
        var plan = _scene.Plan(LargeScene.Recipe("ties"));
        var (limited, report) = Limit(plan, ReadBudget.ModelBytes(plan));
        Assert.Same(plan, limited);
        Assert.Equal((0, 0), (report.SkippedBytes, report.SkippedEnergyShare));
        Assert.Equal(ReadBudget.ModelBytes(plan), report.Bytes);
    }

    [Theory]
    [InlineData("task_arithmetic", 0.4)]
    [InlineData("ties", 0.4)]
    [InlineData("ties", 0)]
    public void Blocks_left_out_count_as_the_base(string method, double share)
    {
        var plan = _scene.Plan(LargeScene.Recipe(method));
        var (limited, report) = Limit(plan, (long)(share * ReadBudget.ModelBytes(plan)));
        Assert.NotEqual(0, report.SkippedBytes);

        // The same models with the base's values written where blocks are left out, merged plainly.
        TinyModel With(int model)
        {
            var tiny = new TinyModel();
            foreach (var (tensor, original) in limited.Tensors.Zip(plan.Tensors))
            {
                var values = Values(original.Models[model]);
                var @base = Values(original.Base!);
                if (tensor.Models[model] is PartlyReadTensor partly)
                    for (var i = 0; i < values.Length; i++)
                        values[i] = partly.Skipped[i / BlockStatistics.BlockLength] ? @base[i] : values[i];
                tiny.With(tensor.Output.Name, [.. tensor.Output.Shape], values, Evo.Checkpoints.Tensors.ElementType.BF16);
            }

            return tiny;
        }

        var untouched = new TinyModel();
        foreach (var tensor in plan.Tensors)
            untouched.With(tensor.Output.Name, [.. tensor.Output.Shape], Values(tensor.Base!), Evo.Checkpoints.Tensors.ElementType.BF16);
        using var rewritten = new MergeScene(("base", untouched), ("one", With(0)), ("two", With(1)));
        LargeScene.SameBits(rewritten.Merge(LargeScene.Recipe(method)), Merged(limited));
    }

    [Fact]
    public void The_blocks_that_matter_least_are_left_out_and_their_energy_is_counted()
    {
        var plan = _scene.Plan(LargeScene.Recipe("task_arithmetic"));
        var budget = (long)(0.4 * ReadBudget.ModelBytes(plan));
        var (limited, report) = Limit(plan, budget);
        var (leastRead, mostSkipped) = (double.PositiveInfinity, 0.0);
        var (energy, skippedEnergy, skippedBytes) = (0.0, 0.0, 0L);
        foreach (var (tensor, original) in limited.Tensors.Zip(plan.Tensors))
            for (var model = 0; model < tensor.Models.Length; model++)
            {
                var (values, @base) = (Values(original.Models[model]), Values(original.Base!));
                for (var start = 0; start < values.Length; start += BlockStatistics.BlockLength)
                {
                    var length = Math.Min(BlockStatistics.BlockLength, values.Length - start);
                    var here = Enumerable.Range(start, length).Sum(i => ((double)values[i] - @base[i]) * ((double)values[i] - @base[i]));
                    var importance = here * Math.Pow(original.Parameters.Of(model, "weight"), 2) / length;
                    var isSkipped = tensor.Models[model] is PartlyReadTensor partly && partly.Skipped[start / BlockStatistics.BlockLength];
                    energy += here;
                    if (isSkipped)
                        (skippedEnergy, skippedBytes, mostSkipped) = (skippedEnergy + here, skippedBytes + (2 * length), Math.Max(mostSkipped, length == BlockStatistics.BlockLength ? importance : 0));
                    else if (length == BlockStatistics.BlockLength)
                        leastRead = Math.Min(leastRead, importance);
                }
            }

        Assert.True(mostSkipped <= leastRead, $"{mostSkipped} was left out, {leastRead} was read");
        Assert.Equal(skippedEnergy / energy, report.SkippedEnergyShare, 1e-12);
        Assert.Equal(skippedBytes, report.SkippedBytes);
        Assert.InRange(ReadBudget.ModelBytes(limited), 1, budget);
        Assert.Equal(report.Bytes - report.SkippedBytes, ReadBudget.ModelBytes(limited));
    }

    [Fact]
    public void Bytes_read_are_within_the_budget_and_as_said()
    {
        var plan = _scene.Plan(LargeScene.Recipe("dare_ties"));
        var catalog = TaskVectorCatalog.Open(plan, Catalog);
        var counted = plan.Tensors.Select(tensor => (tensor, Models: tensor.Models.Select(source => new CountingTensor(source)).ToArray())).ToArray();
        var limited = ReadBudget.Apply(plan, catalog, ReadBudget.ModelBytes(plan) / 2).Plan;
        var tensors = limited.Tensors.Select((tensor, index) => tensor.With([.. tensor.Models.Select((source, model) =>
            source is PartlyReadTensor partly ? partly with { Inner = counted[index].Models[model] } : (TensorSource)counted[index].Models[model])]));
        FolderMerge.Write(limited.With([.. tensors]), Path.Combine(_scene.Folder, "merged"));
        Assert.Equal(ReadBudget.ModelBytes(limited), counted.Sum(tensor => tensor.Models.Sum(model => model.BytesRead)));
    }

    [Fact]
    public void The_same_budget_is_the_same_model_and_another_budget_is_another()
    {
        MergePlan Limited(double share) => Limit(_scene.Plan(LargeScene.Recipe("ties")), (long)(share * ReadBudget.ModelBytes(_scene.Plan(LargeScene.Recipe("ties"))))).Plan;
        Assert.Equal(Limited(0.5).ContentId, Limited(0.5).ContentId);
        Assert.Equal(4, new[] { 0, 0.3, 0.5, 1 }.Select(share => Limited(share).ContentId).Distinct().Count());
        LargeScene.SameBits(Merged(Limited(0.5)), Merged(Limited(0.5)));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("slerp")]
    public void Methods_that_add_up_no_task_vectors_are_refused(string method)
    {
        var plan = _scene.Plan(LargeScene.Recipe(method));
        var refusal = Assert.Throws<RecipeException>(() => ReadBudget.Require(plan));
        Assert.Contains($"'{method}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--read-budget", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalog_is_computed_once_and_again_when_it_is_damaged()
    {
        var plan = _scene.Plan(LargeScene.Recipe("ties"));
        var first = TaskVectorCatalog.Open(plan, Catalog);
        Assert.Equal((0, 2), (first.FilesRead, first.FilesMade));
        var files = Directory.GetFiles(Catalog);
        Assert.Equal(2, files.Length);
        foreach (var (damage, file) in new Action<string>[] { Flip, Shorten, Empty }.Zip([files[0], files[1], files[0]]))
        {
            damage(file);
            var again = TaskVectorCatalog.Open(_scene.Plan(LargeScene.Recipe("task_arithmetic", 0.9)), Catalog);
            Assert.Equal((1, 1), (again.FilesRead, again.FilesMade));
            for (var tensor = 0; tensor < plan.Tensors.Length; tensor++)
                for (var model = 0; model < 2; model++)
                    Assert.Equal(first.Blocks(tensor, model).ToArray(), again.Blocks(tensor, model).ToArray());
        }

        var last = TaskVectorCatalog.Open(plan, Catalog);
        Assert.Equal((2, 0), (last.FilesRead, last.FilesMade));
        Assert.Equal(files.Order(), Directory.GetFiles(Catalog).Order());

        static void Flip(string file)
        {
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        static void Shorten(string file) => File.WriteAllBytes(file, File.ReadAllBytes(file)[..^5]);

        static void Empty(string file) => File.WriteAllBytes(file, []);
    }

    public void Dispose() => _scene.Dispose();

    private (MergePlan Plan, ReadBudgetReport Report) Limit(MergePlan plan, long bytes) => ReadBudget.Apply(plan, TaskVectorCatalog.Open(plan, Catalog, workers: 2), bytes);

    private static Dictionary<string, float[]> Merged(MergePlan plan)
    {
        using var engine = new CpuMergeEngine(2);
        using var weights = new Evo.Checkpoints.Weights.CpuWeights(plan.Layout);
        engine.Merge(plan, weights);
        return plan.Layout.Slots.ToDictionary(slot => slot.Name, slot => weights.Read(slot).ToArray());
    }

    private static float[] Values(TensorSource source)
    {
        var values = new float[source.Tensor.ElementCount];
        source.ReadFloats(0, values);
        return values;
    }
}
