using Evo.Checkpoints.Models;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>Recipes built on each other: planned as a whole, carried out in order, nothing left beside the result.</summary>
public sealed class StagedMergeTests : IDisposable
{
    private const string ThreeStages = """
        name: low
        merge_method: linear
        models: [{model: a}, {model: b}]
        parameters: {weight: 1}
        ---
        name: middle
        merge_method: linear
        models: [{model: low}, {model: c}]
        parameters: {weight: 1}
        ---
        merge_method: task_arithmetic
        base_model: low
        models: [{model: middle}]
        parameters: {weight: 2}
        dtype: bfloat16
        """;

    private readonly MergeScene _scene = new(("a", LayeredModel.Of(2, 0)), ("b", LayeredModel.Of(2, 10)), ("c", LayeredModel.Of(2, 35)));

    [Fact]
    public void Stages_feed_each_other_and_the_result()
    {
        var folder = Path.Combine(_scene.Folder, "out");
        using (var merge = Plan(ThreeStages))
            Assert.NotNull(merge.Write((plan, target) => FolderMerge.Write(plan, target), identify: true));
        using var written = ModelFolder.Open(folder);
        var values = new float[2];
        written.ReadFloats(Names.Norm(1), 0, values);
        Assert.Equal([36, 36], values); // low 6, middle (6 + 36) / 2 = 21, result 6 + 2 * 15
        Assert.Equal(RecipeReader.Read(ThreeStages, "r").Stages.Length, RecipeReader.Read(File.ReadAllText(Path.Combine(folder, "mergekit_config.yml")), "m").Stages.Length);
        Assert.Empty(Beside());
    }

    [Fact]
    public void The_plan_states_what_stages_take()
    {
        using var merge = Plan(ThreeStages);
        var one = merge.Stages[0].Estimate.BytesWritten;
        Assert.Equal(4 * (6 + 2 + (2 * 14)), one);
        Assert.Equal(2 * one, merge.TemporaryBytes); // both are needed for the result
        Assert.Equal(one / 2, merge.Result.Estimate.BytesWritten);
        Assert.Single(Beside()); // what the plan looked at
        Assert.True(Directory.EnumerateFiles(Beside()[0], "*", SearchOption.AllDirectories).Any());
    }

    [Fact]
    public void Stages_that_only_stages_need_are_removed_before_the_end()
    {
        var inOrder = ThreeStages.Replace("base_model: low", "base_model: a", StringComparison.Ordinal);
        using var merge = Plan(inOrder);
        var seen = new List<int>();
        merge.Write((plan, target) =>
        {
            FolderMerge.Write(plan, target);
            seen.Add(Directory.EnumerateDirectories(Beside()[0], "stage-*").Count());
        });
        Assert.Equal([1, 2, 1], seen);
    }

    [Fact]
    public void A_mistake_in_the_last_merge_is_found_before_any_work()
    {
        var refusal = Assert.Throws<RecipeException>(() => Plan(ThreeStages.Replace("{model: middle}", "{model: middle, parameters: {weight: 1e9}}", StringComparison.Ordinal)));
        Assert.StartsWith("recipe.yaml:", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'weight' is", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Beside());
    }

    [Fact]
    public void A_failure_in_the_middle_leaves_nothing()
    {
        using (var merge = Plan(ThreeStages))
        {
            var written = 0;
            Assert.Throws<OperationCanceledException>(() => merge.Write((plan, target) =>
            {
                FolderMerge.Write(plan, target);
                if (++written == 2)
                    throw new OperationCanceledException();
            }));
        }

        Assert.Empty(Beside());
        Assert.False(Directory.Exists(Path.Combine(_scene.Folder, "out")));
    }

    [Fact]
    public void Stages_can_merge_tokenizers()
    {
        using var scene = new MergeScene(
            ("x", TinyTokenizer.Model(0, TinyTokenizer.Of(["s", "t"], "<a>"), 3)), ("y", TinyTokenizer.Model(10, TinyTokenizer.Of(["t", "s"], "<b>"), 3)));
        var recipe = RecipeReader.Read("""
            {name: both, merge_method: linear, models: [{model: x}, {model: y}], parameters: {weight: 1}, tokenizer_source: union}
            ---
            {merge_method: linear, base_model: both, models: [{model: both, parameters: {weight: 1}}, {model: y, parameters: {weight: 0}}], tokenizer_source: base, dtype: float32}
            """, "r");
        using var merge = StagedMerge.Plan(recipe, Path.Combine(scene.Folder, "out"), (one, stages) => ParentModels.Open(one.ReferencedModels, scene.Folder, stages));
        merge.Write((plan, target) => FolderMerge.Write(plan, target));
        using var written = ModelFolder.Open(Path.Combine(scene.Folder, "out"));
        var rows = new float[8];
        written.ReadFloats(Names.Embedding, 0, rows);
        Assert.Equal([5.5f, 5.5f, 2, 12], rows.Where((_, i) => i % 2 == 0));
    }

    public void Dispose() => _scene.Dispose();

    private StagedMerge Plan(string yaml) => StagedMerge.Plan(
        RecipeReader.Read(yaml, "recipe.yaml"), Path.Combine(_scene.Folder, "out"), (one, stages) => ParentModels.Open(one.ReferencedModels, _scene.Folder, stages));

    private string[] Beside() => [.. Directory.EnumerateDirectories(_scene.Folder, ".out.*")];
}
