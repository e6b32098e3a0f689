using Evo.Merging.Engines;
using Evo.Merging.Tests.Fixtures;
using static Evo.Merging.Tests.Fixtures.ExpertScene;

namespace Evo.Merging.Tests.Experts;

/// <summary>FlexOlmo's union of contributors (card B20).</summary>
public sealed class FlexOlmoTests
{
    private const string Union = "{base_model: public, architecture: flexolmo, experts: [{source_model: medicine}, {source_model: law}]}";

    [Fact]
    public void The_public_expert_is_first_and_each_contributors_own_half_follows()
    {
        using var scene = Scene();
        var merged = scene.Merge(Union);
        Assert.Equal(Values(1, 50, 24), merged["model.layers.0.mlp.experts.0.gate_proj.weight"]);
        Assert.Equal(Values(2, 51, 24), merged["model.layers.1.mlp.experts.1.gate_proj.weight"]);
        Assert.Equal(Values(3, 70, 24), merged["model.layers.0.mlp.experts.2.down_proj.weight"]);
        Assert.Equal([.. Values(1, 80, Hidden), .. Values(12, 90, Hidden), .. Values(13, 90, Hidden)], merged["model.layers.0.mlp.gate.weight"]);
        Assert.Equal(Values(1, 21, 16), merged["model.layers.1.self_attn.q_proj.weight"]);
        var config = scene.Plan(Union).OutputConfig;
        Assert.Equal((3, 2, "flex_olmo"), ((int)config["num_experts"]!, (int)config["num_experts_per_tok"]!, (string?)config["model_type"]));
    }

    [Fact]
    public void With_every_bias_far_below_top_1_is_the_public_model()
    {
        using var scene = Scene(bias: -0.5f);
        var merged = scene.Merge("{base_model: public, architecture: flexolmo, experts_per_token: 1, experts: [{source_model: medicine, router_bias: -1e9}, {source_model: law, router_bias: -1e9}]}");
        double[] x = [0.3, -1.2, 0.7, 2];
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.mlp.";
            var experts = Enumerable.Range(0, 3).Select(e => $"{prefix}experts.{e}.")
                .Select(own => (merged[own + "gate_proj.weight"], merged[own + "up_proj.weight"], merged[own + "down_proj.weight"])).ToArray();
            var expected = ReferenceExperts.Dense(Values(1, 50 + layer, 24), Values(1, 60 + layer, 24), Values(1, 70 + layer, 24), x);
            var actual = ReferenceExperts.Mixture(experts, merged[prefix + "gate.weight"], merged[prefix + "gate.bias"], 1, renormalise: false, x);
            for (var i = 0; i < Hidden; i++)
                Assert.Equal(expected[i], actual[i], 1e-12);
        }
    }

    [Fact]
    public void Trained_biases_are_kept_and_never_above_0()
    {
        using var scene = new ExpertScene().Dense("public", 1).Contributor("medicine", 1, 2, 12, bias: -0.5f).Contributor("law", 1, 3, 13, bias: 0.75f);
        Assert.Equal([0, -0.5f, 0], scene.Merge(Union)["model.layers.0.mlp.gate.bias"]);
    }

    [Fact]
    public void A_contributor_can_be_left_out()
    {
        using var scene = Scene();
        var merged = scene.Merge("{base_model: public, architecture: flex_olmo, experts: [{source_model: medicine, router_bias: -.inf}, {source_model: law}]}");
        Assert.Equal(Values(3, 50, 24), merged["model.layers.0.mlp.experts.1.gate_proj.weight"]);
        Assert.Equal([.. Values(1, 80, Hidden), .. Values(13, 90, Hidden)], merged["model.layers.0.mlp.gate.weight"]);
        Assert.DoesNotContain("model.layers.0.mlp.experts.2.gate_proj.weight", merged.Keys);
    }

    [Fact]
    public void A_shared_part_that_a_contributor_changed_is_found_and_nothing_is_written()
    {
        using var scene = Scene().Contributor("tampered", 9, 3, 13);
        var yaml = "{base_model: public, architecture: flexolmo, experts: [{source_model: medicine}, {source_model: tampered}]}";
        var folder = Path.Combine(scene.Folder, "union");
        var problem = Assert.Throws<RecipeException>(() => FolderMerge.Write(scene.Plan(yaml), folder));
        Assert.Contains("'tampered' differs from", problem.Message, StringComparison.Ordinal);
        Assert.Contains("at element 0", problem.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("{base_model: public, architecture: flexolmo, experts: [{source_model: public}]}", "has no router")]
    [InlineData("{base_model: public, architecture: flexolmo, experts: [{source_model: medicine, router_bias: -1}]}", "has no bias")]
    [InlineData("{base_model: public, architecture: flexolmo, experts: [{source_model: medicine, router_bias: -.inf}]}", "every contributor is left out")]
    [InlineData("{base_model: public, architecture: flexolmo, experts: [{source_model: medicine, residual_scale: 2}]}", "as they were trained")]
    [InlineData("{base_model: public, architecture: flexolmo, gate_mode: random, experts: [{source_model: medicine}]}", "contributors' own")]
    public void What_is_no_union_is_refused(string yaml, string says)
    {
        using var scene = Scene();
        Assert.Contains(says, Assert.Throws<RecipeException>(() => scene.Plan(yaml)).Message, StringComparison.Ordinal);
    }

    private static ExpertScene Scene(float? bias = null) =>
        new ExpertScene().Dense("public", 1).Contributor("medicine", 1, 2, 12, bias).Contributor("law", 1, 3, 13, bias);
}
