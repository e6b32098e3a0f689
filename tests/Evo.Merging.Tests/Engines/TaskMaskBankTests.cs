using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>Masks written beside a merged model restore the model that merging for one task gives.</summary>
public sealed class TaskMaskBankTests
{
    [Theory]
    [InlineData("emr", "lambda: 0.9")]
    [InlineData("consensus", "tall_lambda: 0.4, consensus_k: 2")]
    [InlineData("consensus", "backbone: ties, density: 0.7")]
    [InlineData("consensus", "backbone: wudi, lambda: 0.9")]
    [InlineData("mergevla", "lambda: 1.1")]
    [InlineData("mergevla", "backbone: tsv_m")]
    public void Every_tasks_model_is_restored(string method, string parameters)
    {
        using var models = new SeveralTensors(1, 3);
        using var merged = Written(models.Scene, models.Recipe(method, $"{parameters}, write_masks: true"));
        using var bank = TaskMaskBank.Open(merged.Model, models.Scene.Parents["base"]);
        Assert.Equal(["m0", "m1", "m2"], bank.Tasks.AsEnumerable());
        for (var task = 0; task < 3; task++)
            Expect(models.Scene.Merge(models.Recipe(method, $"{parameters}, task: {task + 1}")), bank, task, 1e-7);
    }

    /// <summary>Stretches that begin and end within a byte of mask bits, over several pieces.</summary>
    [Fact]
    public void Any_stretch_of_a_large_tensor_can_be_read()
    {
        using var scene = LargeScene.Create(ElementType.F32);
        const string recipe = "{merge_method: emr, base_model: base, models: [{model: one}, {model: two}], parameters: ";
        using var merged = Written(scene, recipe + "{write_masks: true}}", workers: 2);
        using var bank = TaskMaskBank.Open(merged.Model, scene.Parents["base"]);
        var expected = scene.Merge(recipe + "{task: 2}}")[Names.Up(0)];
        foreach (var (first, length) in new[] { (0, 1), (3, 9), (131_069, 20), (1_000_003, 100_001), (expected.Length - 5, 5) })
        {
            var values = new float[length];
            bank.ReadFloats(Names.Up(0), 1, first, values);
            Near.Equal([.. expected.AsSpan(first, length).ToArray().Select(value => (double)value)], values, 1e-7);
        }
    }

    /// <summary>In bfloat16 the merged vector is stored rounded: a restored element is as near as the type allows.</summary>
    [Fact]
    public void Vectors_are_stored_in_the_models_type()
    {
        using var scene = LargeScene.Create(ElementType.BF16);
        const string recipe = "{merge_method: consensus, base_model: base, models: [{model: one}, {model: two}], parameters: ";
        using var merged = Written(scene, recipe + "{write_masks: true}}");
        using var bank = TaskMaskBank.Open(merged.Model, scene.Parents["base"]);
        var tasks = scene.Merge(recipe + "{task: 1}}");
        foreach (var (name, expected) in tasks)
            for (var i = 0; i < expected.Length; i += 997)
            {
                var value = new float[1];
                bank.ReadFloats(name, 0, i, value);
                Assert.Equal(expected[i], value[0], Math.Max(1e-6, Math.Abs(expected[i]) / 100));
            }
    }

    [Fact]
    public void Experts_of_tasks_and_new_modules_are_restored()
    {
        const string last = "action_head.blocks_of.1.weight";
        using var scene = new MergeScene(("base", Model()), ("a", Model(1)), ("b", Model(3)));
        const string recipe = "{merge_method: mergevla, base_model: base, models: [{model: a}, {model: b}], parameters: ";
        using var merged = Written(scene, recipe + "{write_masks: true}}");
        using var bank = TaskMaskBank.Open(merged.Model, scene.Parents["base"]);
        for (var task = 0; task < 2; task++)
            Expect(scene.Merge($"{recipe}{{task: {task + 1}}}}}"), bank, task, 1e-7);
        var own = new float[1];
        bank.ReadFloats(last, 1, 0, own);
        Assert.Equal(3, own[0]);

        static TinyModel Model(float? head = null)
        {
            var model = new TinyModel().With(Names.Norm(0), [4], [1 + (head ?? 0), 2, 3 - (head ?? 0), 4]);
            return head is { } value ? model.With("action_head.blocks_of.0.weight", [1], [value]).With(last, [1], [value]) : model;
        }
    }

    /// <summary>One bit an element and task, a vector in the model's type, one factor a task.</summary>
    [Fact]
    public void A_mask_takes_one_bit_an_element()
    {
        using var models = new SeveralTensors(2, 3);
        using var merged = Written(models.Scene, models.Recipe("emr", "write_masks: true"));
        var elements = models.Base.Values.Sum(values => values.Length);
        var bytes = new FileInfo(Path.Combine(merged.Model.Path, "task_masks.safetensors")).Length;
        Assert.InRange(bytes, (elements * 4) + (elements * 3 / 8), (elements * 4) + (elements * 3 / 8) + 8_000);
    }

    [Fact]
    public void Nothing_is_written_unless_asked_for_and_asking_is_no_part_of_the_identity()
    {
        using var models = new SeveralTensors(2, 2);
        using var merged = Written(models.Scene, models.Recipe("emr", ""));
        var problem = Assert.Throws<CheckpointException>(() => TaskMaskBank.Open(merged.Model, models.Scene.Parents["base"]));
        Assert.Contains("write_masks", problem.Message, StringComparison.Ordinal);
        Assert.Equal(models.Scene.Plan(models.Recipe("emr", "")).ContentId, models.Scene.Plan(models.Recipe("emr", "write_masks: true")).ContentId);
    }

    [Fact]
    public void Masks_of_a_modified_merge_are_refused_and_leave_nothing()
    {
        using var models = new SeveralTensors(2, 2);
        var target = Path.Combine(models.Scene.Folder, "merged");
        var refusal = Assert.Throws<RecipeException>(() => FolderMerge.Write(models.Scene.Plan(models.Recipe("emr", "write_masks: true, lines_alpha: 0.5")), target));
        Assert.Contains("write_masks", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
    }

    [Fact]
    public void Another_base_is_refused()
    {
        using var models = new SeveralTensors(2, 2);
        using var other = new MergeScene(("other", TinyModel.OfVector(1, 2)));
        using var merged = Written(models.Scene, models.Recipe("emr", "write_masks: true"));
        Assert.Contains("base_model", Assert.Throws<CheckpointException>(() => TaskMaskBank.Open(merged.Model, other.Parents["other"])).Message, StringComparison.Ordinal);
    }

    private static void Expect(Dictionary<string, float[]> expected, TaskMaskBank bank, int task, double tolerance)
    {
        foreach (var (name, values) in expected)
        {
            var restored = new float[values.Length];
            bank.ReadFloats(name, task, 0, restored);
            Near.Equal([.. values.Select(value => (double)value)], restored, tolerance * Math.Max(1, values.Max(Math.Abs)));
        }
    }

    private static Opened Written(MergeScene scene, string recipe, int workers = 1)
    {
        var target = Path.Combine(scene.Folder, "merged");
        FolderMerge.Write(scene.Plan(recipe), target, options: new FolderMergeOptions { Workers = workers });
        return new Opened(ModelFolder.Open(target));
    }

    private sealed record Opened(ModelFolder Model) : IDisposable
    {
        public void Dispose() => Model.Dispose();
    }
}
