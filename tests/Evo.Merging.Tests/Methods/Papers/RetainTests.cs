using Evo.Merging.Methods.Interpolation;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B18: a share of the fine-tune for each group of modules. The pre-trained model holds 0 everywhere, the fine-tune 1.</summary>
public sealed class RetainTests : IDisposable
{
    private const string Vision = "vision_backbone.featurizer.blocks.0.attn.qkv.weight";
    private const string Projector = "multi_modal_projector.linear_1.weight";
    private const string Action = "action_head.fc1.weight";

    private readonly MergeScene _scene = new(("pre", Model(0)), ("fine", Model(1)));

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Only_the_language_model_is_merged_unless_something_else_is_asked_for()
    {
        var merged = Merge("alpha: 0.3");
        Expect(merged, 1, Vision, Projector, Action);
        Expect(merged, .3, Names.Embedding, Names.FinalNorm, Names.Head, Names.Query(0), Names.Up(1), Names.Norm(1));
    }

    [Fact]
    public void Every_group_has_its_own_share()
    {
        var merged = Merge("alpha: 0.1, alpha_vision: 0.2, alpha_action: 0.3, alpha_language: 0.4, alpha_attention: 0.5, alpha_mlp: 0.6, alpha_norm: 0.7, "
            + "alpha_embedding: 0.8, alpha_head: 0.9");
        Expect(merged, .2, Vision, Projector);
        Expect(merged, .3, Action);
        Expect(merged, .5, Names.Query(0), Names.Query(1));
        Expect(merged, .6, Names.Up(0));
        Expect(merged, .7, Names.Norm(0), Names.FinalNorm);
        Expect(merged, .8, Names.Embedding);
        Expect(merged, .9, Names.Head);
    }

    [Fact]
    public void A_group_without_a_share_inherits_it()
    {
        var merged = Merge("alpha: 0.1, alpha_vision: inherit, alpha_action: inherit, alpha_language: 0.4, alpha_mlp: 0.6");
        Expect(merged, .1, Vision, Action);
        Expect(merged, .4, Names.Query(0), Names.Norm(0), Names.Head);
        Expect(merged, .6, Names.Up(1));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1.5, 1.5)]
    public void Shares_of_0_and_1_are_the_models_themselves(double alpha, double expected) =>
        Expect(Merge(FormattableString.Invariant($"alpha: {alpha}")), expected, Names.Query(0));

    [Theory]
    [InlineData("action_head.model.layers.3.fc2.weight", "Action")]
    [InlineData("proprio_projector.fc1.weight", "Action")]
    [InlineData("vision_tower.encoder.layers.1.mlp.fc1.weight", "Vision")]
    [InlineData("projector.fc1.weight", "Vision")]
    [InlineData("language_model.model.layers.1.mlp.up_proj.weight", "Language")]
    [InlineData("model.layers.3.self_attn.q_proj.weight", "Language")]
    public void Groups_are_told_by_names(string tensor, string group) => Assert.Equal(group, ModuleGroups.Of(tensor).ToString());

    private static void Expect(Dictionary<string, float[]> merged, double share, params string[] names)
    {
        foreach (var name in names)
            Assert.All(merged[name], value => Assert.Equal(share, value, 1e-6));
    }

    private Dictionary<string, float[]> Merge(string parameters) =>
        _scene.Merge($"{{merge_method: retain, base_model: pre, models: [{{model: fine}}], parameters: {{{parameters}}}}}");

    private static TinyModel Model(float value) => LayeredModel.Constant(2, value, tied: false)
        .With(Vision, [2, 2], [value, value, value, value]).With(Projector, [1, 2], [value, value]).With(Action, [2], [value, value]);
}
