using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines;
using Evo.Merging.Methods;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>Merging to disk: the numbers of the engine in memory, in a complete model folder or not at all.</summary>
public sealed class FolderMergeTests
{
    public static TheoryData<string> Methods => [.. LargeScene.Methods.Select(method => method.Name)];

    [Theory, MemberData(nameof(Methods))]
    public void The_folder_holds_the_bits_of_the_candidate(string method)
    {
        using var scene = LargeScene.Create();
        foreach (var type in new[] { "", ", dtype: float32" })
        {
            var recipe = LargeScene.Recipe(method, more: type);
            var folder = Path.Combine(scene.Folder, "out" + type.Length);
            FolderMerge.Write(scene.Plan(recipe), folder, options: new FolderMergeOptions { Workers = 2 });
            LargeScene.SameBits(scene.Merge(recipe), Read(folder));
        }
    }

    [Theory]
    [InlineData(float.NaN, "float32", "'b' itself holds NaN or infinite values")]
    [InlineData(60000, "float16", $"the merged tensor '{Names.Embedding}' holds NaN or infinite values")]
    public void A_parent_that_is_not_finite_is_named(float value, string type, string message)
    {
        using var scene = new MergeScene(
            ("a", LayeredModel.Of(1, 0)), ("b", new TinyModel().With(Names.Norm(0), [2], [0, 0]).With(Names.Query(0), [2, 2], new float[4]).With(Names.Up(0), [4, 2], new float[8])
                .With(Names.FinalNorm, [2], [0, 0]).With(Names.Embedding, [3, 2], [0, 0, 0, value, 0, 0])));
        var plan = scene.Plan($"{{merge_method: linear, models: [{{model: a}}, {{model: b}}], parameters: {{weight: 2, normalize: false}}, dtype: {type}}}");
        var folder = Path.Combine(scene.Folder, "out");
        var failure = Assert.Throws<NonFiniteMergeException>(() => FolderMerge.Write(plan, folder));
        Assert.Equal(Names.Embedding, failure.Tensor);
        Assert.EndsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void A_large_tensor_goes_in_pieces()
    {
        var values = new float[5_000_003];
        for (var i = 0; i < values.Length; i++)
            values[i] = (i * 7919 % 1000) / 1000f;
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[values.Length])), ("a", TinyModel.OfVector(values)));
        const string recipe = "{merge_method: ties, base_model: base, models: [{model: a}], parameters: {weight: 0.5, density: 0.3, rescale: true}}";
        var blocks = new List<double>();
        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(
            scene.Plan(recipe), folder, options: new FolderMergeOptions { MemoryBytes = FolderMergeOptions.LeastMemoryBytes }, progress: new Immediate(blocks.Add));
        Assert.Equal(20, blocks.Count); // pieces of 2^18 elements
        Assert.Equal(blocks.Order(), blocks);
        Assert.Equal(1, blocks[^1]);
        LargeScene.SameBits(scene.Merge(recipe), Read(folder));
    }

    [Fact]
    public void The_folder_is_a_complete_model()
    {
        var model = LayeredModel.Of(2, 1).WithRaw("model.buffer", [3], [1, 2, 3], ElementType.U8);
        model.Tokenizer = """{"model": {"vocab": {"x": 0}}}""";
        using var scene = new MergeScene(("a", model), ("b", LayeredModel.Of(2, 3).WithRaw("model.buffer", [3], [4, 5, 6], ElementType.U8)));
        File.WriteAllText(Path.Combine(scene.Folder, "a", "generation_config.json"), """{"eos_token_id": 2}""");
        using var parents = Reopened(scene);
        const string text = "{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 0.5}, dtype: bfloat16}";
        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(MergePlan.Create(RecipeReader.Read(text, "r"), parents), folder, readme: "# Card\n");

        Assert.Equal(
            ["README.md", "config.json", "generation_config.json", "mergekit_config.yml", "model.safetensors", "tokenizer.json"],
            Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Assert.Equal("# Card\n", File.ReadAllText(Path.Combine(folder, "README.md")));
        Assert.Equal("bfloat16", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!["torch_dtype"]);
        var recipe = RecipeReader.Read(File.ReadAllText(Path.Combine(folder, "mergekit_config.yml")), "out");
        Assert.Equal(new ScalarSetting(0.5), recipe.Parameters.Find("weight"));
        using var written = ModelFolder.Open(folder);
        Assert.Equal([1, 2, 3], written.Bytes("model.buffer").ToArray());
        Assert.Equal(ElementType.BF16, written.Find(Names.Up(1))!.Type);
        Assert.Equal([.. Enumerable.Repeat(3f, 8)], Read(folder)[Names.Up(1)]);
    }

    [Fact]
    public void A_chat_template_of_the_recipe_replaces_the_tokenizers()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1)));
        File.WriteAllText(Path.Combine(scene.Folder, "a", "tokenizer_config.json"), """{"chat_template": "old", "eos_token": "x"}""");
        File.WriteAllText(Path.Combine(scene.Folder, "a", "chat_template.jinja"), "old");
        using var parents = Reopened(scene);
        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(
            MergePlan.Create(
                RecipeReader.Read("{merge_method: passthrough, models: [{model: a}], chat_template: '{{ new }}'}", "r"), parents),
            folder);
        Assert.Equal("{{ new }}", File.ReadAllText(Path.Combine(folder, "chat_template.jinja")));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer_config.json")))!;
        Assert.Equal(("{{ new }}", "x"), ((string?)config["chat_template"], (string?)config["eos_token"]));
    }

    [Fact]
    public void A_model_that_passes_through_keeps_its_bytes()
    {
        using var scene = LargeScene.Create();
        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(scene.Plan("{merge_method: passthrough, slices: [{sources: [{model: one, layer_range: [0, 1]}]}]}"), folder);
        using var written = ModelFolder.Open(folder);
        foreach (var tensor in scene.Parents["one"].Tensors)
        {
            Assert.Equal(tensor, written.Find(tensor.Name));
            Assert.True(scene.Parents["one"].Bytes(tensor.Name).SequenceEqual(written.Bytes(tensor.Name)));
        }
    }

    [Fact]
    public void A_merge_that_fails_leaves_nothing()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(float.NaN)));
        var plan = scene.Plan("{merge_method: passthrough, models: [{model: a}]}");
        Assert.Throws<NonFiniteMergeException>(() => FolderMerge.Write(plan, Path.Combine(scene.Folder, "out")));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            FolderMerge.Write(plan, Path.Combine(scene.Folder, "out"), cancellation: new CancellationToken(canceled: true)));
        Assert.Equal(["a"], Directory.EnumerateFileSystemEntries(scene.Folder).Select(entry => Path.GetFileName(entry)!));
    }

    [Fact]
    public void An_input_is_never_overwritten()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1)));
        var plan = scene.Plan("{merge_method: passthrough, models: [{model: a}]}");
        Assert.Contains("is the input 'a'", Assert.Throws<RecipeException>(() =>
            FolderMerge.Write(plan, Path.Combine(scene.Folder, "a") + "/", options: new FolderMergeOptions { Overwrite = true })).Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => FolderMerge.Write(plan, scene.Folder));
    }

    private static ParentModels Reopened(MergeScene scene) =>
        ParentModels.Open(scene.Parents.Names, scene.Folder);

    private static Dictionary<string, float[]> Read(string folder)
    {
        using var model = ModelFolder.Open(folder);
        return model.Tensors.Where(tensor => tensor.Type.IsFloatingPoint()).OrderBy(tensor => tensor.Name, StringComparer.Ordinal).ToDictionary(tensor => tensor.Name, tensor =>
        {
            var values = new float[tensor.ElementCount];
            model.ReadFloats(tensor.Name, 0, values);
            return values;
        });
    }

    private sealed class Immediate(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
