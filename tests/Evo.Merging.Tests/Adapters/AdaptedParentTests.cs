using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Merging.Tests.Fixtures;
using static Evo.Merging.Tests.Fixtures.AdapterMerges;

namespace Evo.Merging.Tests.Adapters;

/// <summary><c>model+adapter</c> wherever a recipe names a model.</summary>
public sealed class AdaptedParentTests
{
    private const string Sum = "{merge_method: task_arithmetic, base_model: base, models: [{model: base+adapter0, parameters: {weight: 0.5}}, {model: base+adapter1, parameters: {weight: 2}}]}";

    [Fact]
    public void An_adapted_parent_merges_as_the_model_it_stands_for()
    {
        using var scene = Usual();
        var merged = scene.Merge(Sum);
        var expected = Random(1, 30).Select((value, i) => value + (0.5 * Update(10, 20, 2, 6, 5, 1.5, i)) + (2 * Update(11, 21, 3, 6, 5, 4 / 3.0, i))).ToArray();
        Near.Equal(expected, merged[Names.Up(0)]);
        Assert.Equal(Random(2, 3), merged[Names.Norm(0)]);
    }

    [Fact]
    public void It_equals_the_parent_merged_to_disk_first()
    {
        using var scene = Usual();
        FolderMerge.Write(scene.Plan("{merge_method: passthrough, models: [{model: base+adapter0}]}"), Path.Combine(scene.Folder, "first"));
        FolderMerge.Write(scene.Plan("{merge_method: passthrough, models: [{model: base+adapter1}]}"), Path.Combine(scene.Folder, "second"));
        LargeScene.SameBits(scene.Merge(Sum), scene.Merge(Sum.Replace("base+adapter0", "first", StringComparison.Ordinal).Replace("base+adapter1", "second", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("ties", "{weight: 1, density: 0.5}")]
    [InlineData("dare_linear", "{weight: 1, density: 0.7}")]
    [InlineData("linear", "{weight: 1}")]
    public void Every_engine_cuts_it_anywhere_and_gives_the_same_bits(string method, string parameters)
    {
        using var scene = Usual(301, 1021, ElementType.BF16, 3, 5);
        var recipe = $"{{merge_method: {method}, {(method == "linear" ? "" : "base_model: base, ")}models: [{{model: base+adapter0, parameters: {parameters}}}, {{model: base+adapter1, parameters: {parameters}}}]}}";
        var merged = scene.Merge(recipe);
        LargeScene.SameBits(merged, scene.Merge(recipe, workers: 5));
        var folder = Path.Combine(scene.Folder, "merged");
        FolderMerge.Write(scene.Plan(recipe), folder, options: new FolderMergeOptions { MemoryBytes = FolderMergeOptions.LeastMemoryBytes });
        using var written = ModelFolder.Open(folder);
        var values = new float[301 * 1021];
        written.ReadFloats(Names.Up(0), 0, values);
        Assert.Equal(merged[Names.Up(0)], values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_let_go_is_read_again_the_same(bool hasMagnitudes)
    {
        var adapter = new TinyAdapter(2, 3).With(Names.Up(0), Random(10, 10), Random(99, 12));
        if (hasMagnitudes)
            adapter.Set("use_dora", true).Add($"base_model.model.{Names.Up(0)[..^".weight".Length]}.lora_magnitude_vector", [6], Random(5, 6));
        using var scene = new AdapterMerges(new TinyModel().With(Names.Up(0), [6, 5], Random(1, 30)), ("adapter0", adapter));
        var tensor = scene.Plan("{merge_method: passthrough, models: [{model: base+adapter0}]}").Tensors.Single(planned => planned.Output.Name == Names.Up(0));
        var source = (AdaptedTensor)tensor.Models[0];
        var (first, second, product) = (new float[30], new float[30], source.Data.Product());
        source.ReadFloats(0, first);
        Assert.Same(product, source.Data.Product());
        tensor.Release();
        source.ReadFloats(0, second);
        Assert.NotSame(product, source.Data.Product());
        Assert.Equal(first, second);
    }

    [Fact]
    public void The_adapter_is_part_of_the_identity_and_its_path_is_not()
    {
        using var scene = Usual();
        var plan = scene.Plan(Sum).ContentId;
        Directory.Move(Path.Combine(scene.Folder, "adapter0"), Path.Combine(scene.Folder, "renamed"));
        Assert.Equal(plan, scene.Plan(Sum.Replace("adapter0", "renamed", StringComparison.Ordinal)).ContentId);
        new TinyAdapter(2, 3).With(Names.Up(0), Random(10, 10), Random(99, 12)).Write(Path.Combine(scene.Folder, "renamed"));
        Assert.NotEqual(plan, scene.Plan(Sum.Replace("adapter0", "renamed", StringComparison.Ordinal)).ContentId);
    }

    [Fact]
    public void A_base_can_be_adapted_too_and_slices_take_adapted_layers()
    {
        using var scene = Usual();
        var merged = scene.Merge("{merge_method: task_arithmetic, base_model: base+adapter0, models: [{model: base+adapter1, parameters: {weight: 1}}]}");
        var second = scene.Merge("{merge_method: passthrough, slices: [{sources: [{model: base+adapter1, layer_range: [0, 1]}]}, {sources: [{model: base, layer_range: [0, 1]}]}]}");
        Near.Equal([.. second[Names.Up(0)].Select(value => (double)value)], merged[Names.Up(0)], 1e-6);
        Assert.Equal(Random(1, 30), second[Names.Up(1)]);
    }

    [Fact]
    public void An_adapter_of_another_base_is_refused_when_the_plan_is_made()
    {
        using var scene = new AdapterMerges(TinyModel.OfMatrix(2, 2, 1, 2, 3, 4), ("adapter0", new TinyAdapter(1, 1).With(Names.Up(3), [1, 1], [1, 1])));
        var problem = Assert.Throws<Evo.Checkpoints.CheckpointException>(() => scene.Plan("{merge_method: passthrough, models: [{model: base+adapter0}]}"));
        Assert.Contains(Names.Up(3), problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_written_recipe_reads_back_with_its_adapters()
    {
        var recipe = RecipeReader.Read(Sum, "recipe.yaml");
        Assert.Equal([.. recipe.ReferencedModels], RecipeReader.Read(RecipeWriter.ToYaml(recipe), "again").ReferencedModels.ToArray());
        Assert.Equal(["base", "base+adapter0", "base+adapter1"], recipe.ReferencedModels.ToArray());
    }

    [Fact]
    public void Its_folders_are_not_written_over()
    {
        using var scene = Usual();
        foreach (var input in (string[])["base", "adapter1"])
        {
            var plan = scene.Plan(Sum);
            Assert.Throws<RecipeException>(() => FolderMerge.Write(plan, Path.Combine(scene.Folder, input), options: new FolderMergeOptions { Overwrite = true }));
        }
    }

    /// <summary>Element i of scale · B · A in float64.</summary>
    internal static double Update(int seedA, int seedB, int rank, int rows, int columns, double scale, int i)
    {
        var (a, b) = (Random(seedA, rank * columns), Random(seedB, rank * rows));
        return scale * Enumerable.Range(0, rank).Sum(k => (double)b[(i / columns * rank) + k] * a[(k * columns) + (i % columns)]);
    }
}
