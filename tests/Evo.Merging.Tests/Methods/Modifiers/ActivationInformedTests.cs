using Evo.Merging.Tests.Fixtures;
using Evo.Merging.Tests.Methods.Activations;

namespace Evo.Merging.Tests.Methods.Modifiers;

/// <summary>Card B6 (AIM).</summary>
public sealed class ActivationInformedTests
{
    [Fact]
    public void The_most_active_channel_keeps_the_share_omega()
    {
        using var scene = Scene([8, 2, 0]);
        Near.Equal([1 + (4 * .4), 1 + (4 * .85), 5, 1 + .4, 1 + .85, 2], scene.MergeOne(Recipe("aim_omega: 0.4")), 1e-6);
    }

    [Fact]
    public void Omega_1_is_the_merge_itself_and_needs_no_text()
    {
        using var scene = Scene([8, 2, 0]);
        scene.Parents.Calibration = null;
        Near.Equal([5, 5, 5, 2, 2, 2], scene.MergeOne(Recipe("aim_omega: 1.0")), 1e-6);
    }

    [Fact]
    public void Omega_0_freezes_the_most_active_channel_and_silence_freezes_none()
    {
        using var scene = Scene([8, 2, 0]);
        Near.Equal([1, 1 + (4 * .75), 5, 1, 1.75, 2], scene.MergeOne(Recipe("aim_omega: 0.0")), 1e-6);
        using var silent = Scene([0, 0, 0]);
        Near.Equal([5, 5, 5, 2, 2, 2], silent.MergeOne(Recipe("aim_omega: 0.0")), 1e-6);
    }

    [Fact]
    public void It_stands_on_methods_that_need_text_themselves()
    {
        using var scene = new ActivationScene();
        var plain = scene.Scene.MergeOne("{merge_method: lot, base_model: base, models: [{model: one}, {model: two}]}");
        var damped = scene.Scene.MergeOne("{merge_method: lot, base_model: base, models: [{model: one}, {model: two}], parameters: {aim_omega: 0.5}}");
        var activity = scene.Statistics("base").MeanMagnitudes.ToArray();

        Near.Equal([.. plain.Select((value, i) => scene.Base[i] + ((value - scene.Base[i]) * (1 - (.5 * activity[i % 7] / activity.Max()))))], damped, 1e-6);
    }

    [Fact]
    public void Without_text_it_is_refused_by_name()
    {
        using var scene = Scene([8, 2, 0]);
        scene.Parents.Calibration = null;
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan(Recipe("aim_omega: 0.4")));
        Assert.Contains("'aim' with these parameters needs statistics", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("calibration:\n    texts: FILE", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_share_and_its_text_are_part_of_the_identity()
    {
        using var scene = Scene([8, 2, 0]);
        var ids = new[] { "aim_omega: 0.4", "aim_omega: 0.5", "aim_omega: 1.0" }.Select(parameters => scene.Plan(Recipe(parameters)).ContentId).ToHashSet();
        Assert.Equal(3, ids.Count);
    }

    private static string Recipe(string parameters) =>
        $"{{merge_method: task_arithmetic, base_model: base, models: [{{model: one, parameters: {{weight: 1}}}}], parameters: {{{parameters}}}}}";

    private static MergeScene Scene(float[] activity)
    {
        var scene = ActivationScene.Of(2, 3, [1, 1, 1, 1, 1, 1], [5, 5, 5, 2, 2, 2]);
        scene.Statistics.With("base", ActivationScene.Tensor, new GivenStatistics(3, meanMagnitudes: activity));
        return scene;
    }
}
