using Evo.Merging.Diagnostics;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Evolution;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>Card C1: the genome, trust fusion and transplants.</summary>
public sealed class DarwinTests
{
    private const string SameShare = "global_ratio: 0.3, attn_ratio: 0.3, ffn_ratio: 0.3, embed_ratio: 0.3, block_0_ratio: 0.3, block_1_ratio: 0.3, depth_blocks: 2";

    [Fact]
    public void The_genome_of_the_paper_has_fourteen_genes()
    {
        var genes = MergeMethods.Find("darwin")!.Parameters.Select(parameter => parameter.Name).ToArray();
        var blocks = genes.Where(name => name.StartsWith("block_", StringComparison.Ordinal)).Take(6);
        string[] paper = ["global_ratio", "attn_ratio", "ffn_ratio", "embed_ratio", "density_a", "density_b", .. blocks, "mri_trust", "merge_method_weight"];
        Assert.Equal(14, paper.Length);
        Assert.All(paper, name => Assert.Contains(name, genes));
    }

    [Theory, InlineData("mean"), InlineData("residual"), InlineData("product_odds")]
    public void Without_trust_and_with_equal_ratios_the_child_is_the_interpolation(string composition)
    {
        using var scene = Scene();
        var merged = scene.Merge(Recipe($"{SameShare}, mri_trust: 0, transplant: off, darwin_kernel: linear, composition: {composition}"));
        foreach (var (name, values) in merged)
            Near.Equal([.. A(name).Zip(B(name), (a, b) => (0.7 * a) + (0.3 * b))], values, 1e-6);
    }

    [Fact]
    public void Full_trust_in_equal_diagnoses_gives_the_midpoint()
    {
        float[] mirrored = [.. A(Names.Norm(0)).Select(value => -value)]; // the same entropy, deviation and norm
        using var scene = new MergeScene(("base", Vector(new float[8])), ("a", Vector(A(Names.Norm(0)))), ("b", Vector(mirrored)));
        var merged = scene.MergeOne(Recipe("mri_trust: 1, transplant: off, darwin_kernel: linear, global_ratio: 0.9"));
        Near.Equal(new double[8], merged, 1e-7);
    }

    [Fact]
    public void A_share_beyond_the_thresholds_copies_the_parent_bit_for_bit()
    {
        using var scene = Scene();
        var low = scene.Merge(Recipe($"{SameShare}, mri_trust: 0, transplant: final, transplant_low: 0.31"));
        Assert.All(low, tensor => Assert.Equal(A(tensor.Key), tensor.Value));
        var high = scene.Merge(Recipe($"{SameShare}, mri_trust: 0, transplant: final, transplant_low: 0, transplant_high: 0.29"));
        Assert.All(high, tensor => Assert.Equal(B(tensor.Key), tensor.Value));
    }

    [Fact]
    public void Thresholds_on_the_diagnosis_come_before_the_fusion()
    {
        // Two tensors of one kind: the parents' ranks differ, so some share leaves (0.5, 0.5], and its tensor is copied although trust is 0.
        using var scene = Scene();
        var merged = scene.Merge(Recipe($"{SameShare}, mri_trust: 0, transplant: mri, transplant_low: 0.5, transplant_high: 0.5"));
        Assert.All(merged, tensor => Assert.True(tensor.Value.SequenceEqual(A(tensor.Key)) || tensor.Value.SequenceEqual(B(tensor.Key))));
    }

    [Fact]
    public void Equal_parents_give_the_parent()
    {
        using var scene = new MergeScene(("base", Vector(new float[8])), ("a", Vector(A(Names.Norm(0)))), ("b", Vector(A(Names.Norm(0)))));
        Near.Equal([.. A(Names.Norm(0)).Select(value => (double)value)], scene.MergeOne(Recipe("mri_trust: 0.6, darwin_kernel: linear, global_ratio: 0.8")), 1e-6);
    }

    [Fact]
    public void The_base_is_parent_A_when_only_one_model_stands_beside_it()
    {
        using var scene = Scene();
        var merged = scene.Merge("{merge_method: darwin, base_model: a, models: [{model: b}], parameters: {" + SameShare + ", mri_trust: 0, darwin_kernel: linear}}");
        foreach (var (name, values) in merged)
            Near.Equal([.. A(name).Zip(B(name), (a, b) => (0.7 * a) + (0.3 * b))], values, 1e-6);
    }

    /// <summary>The planner drops the parent that lacks an optional tensor: what is left has no partner, and no part in the diagnosis of the others.</summary>
    [Theory]
    [InlineData("a", 2)]
    [InlineData("b", 1)]
    public void An_optional_tensor_that_only_one_parent_has_is_that_parents(string lacks, float expected)
    {
        const string bias = "model.layers.0.self_attn.q_proj.bias"; // before every matrix, in the plan's order
        using var scene = new MergeScene(("base", WithBias("base", 0)), ("a", WithBias("a", 1)), ("b", WithBias("b", 2)));
        foreach (var kernel in new[] { "linear", "slerp", "dare_ties" })
        {
            var merged = scene.Merge(Recipe($"{SameShare}, mri_trust: 0.5, darwin_kernel: {kernel}"));
            Assert.Equal([expected, -expected], merged[bias]);
            Assert.All(merged[Names.Up(0)], value => Assert.InRange(value, 1, 2));
        }

        TinyModel WithBias(string name, float value)
        {
            var model = TinyModel.OfMatrix(2, 2, value, value, value, value);
            return name == lacks ? model : model.With(bias, [2], [value, -value]);
        }
    }

    [Fact]
    public void The_method_gene_selects_the_kernel()
    {
        using var scene = Scene();
        var genome = scene.Merge(Recipe($"{SameShare}, mri_trust: 0, merge_method_weight: 0.2, density_b: 0.5"));
        var named = scene.Merge(Recipe($"{SameShare}, mri_trust: 0, darwin_kernel: dare_ties, density_b: 0.5"));
        Assert.Equal(named, genome);
        Assert.Equal(
            scene.Merge(Recipe($"{SameShare}, mri_trust: 0, darwin_kernel: slerp")), scene.Merge(Recipe($"{SameShare}, mri_trust: 0, merge_method_weight: 0.4")));
        Assert.NotEqual(named, scene.Merge(Recipe($"{SameShare}, mri_trust: 0, darwin_kernel: slerp")));
    }

    [Fact]
    public void Probes_move_the_share_to_the_parent_whose_layer_answers_more()
    {
        using var scene = Scene();
        var toB = scene.Merge(Probed("[0.1, 0.1]", "[0.9, 0.9]"))[Names.Up(0)];
        var toA = scene.Merge(Probed("[0.9, 0.9]", "[0.1, 0.1]"))[Names.Up(0)];
        var (a, b) = (A(Names.Up(0)), B(Names.Up(0)));
        Assert.True(Distance(toB, b) < Distance(toA, b), "the child should be nearer to B where B's layer answers to the probes");
        Assert.True(Distance(toA, a) < Distance(toB, a));

        static string Probed(string first, string second) =>
            $"{{merge_method: darwin, base_model: base, models: [{{model: a, parameters: {{probe: {first}}}}}, {{model: b, parameters: {{probe: {second}}}}}], "
            + "parameters: {mri_trust: 1, mri_static_weight: 0, transplant: off, darwin_kernel: linear}}";
    }

    [Fact]
    public void A_signal_that_is_no_number_counts_as_undecided()
    {
        var place = new Evo.Checkpoints.Architectures.TensorPlace(0, Evo.Checkpoints.Architectures.Component.Mlp, "up");
        TensorSignals[] none = [new(place, StaticSignals.None, double.NaN)];
        Assert.Equal(0.5, Assert.Single(MriRatio.Of(none, none, 0.4)));
        Assert.Equal(0.5, Assert.Single(MriRatio.Of(none, none, 0.4, byRank: false)));
    }

    [Fact]
    public void Raw_scores_of_like_tensors_barely_differ()
    {
        // The card's worked example: Gaussian-like tensors of deviation .02 and .025 have scores 3.420 and 3.410.
        var place = new Evo.Checkpoints.Architectures.TensorPlace(0, Evo.Checkpoints.Architectures.Component.Mlp, "up");
        var raw = MriRatio.Of([new(place, new StaticSignals(6.428, 0.02, 100), double.NaN)], [new(place, new StaticSignals(6.405, 0.025, 100), double.NaN)], 1, byRank: false);
        Assert.Equal(0.499, raw[0], 3);
    }

    [Theory]
    [InlineData("mean", 0.5, 0.2, 0.8, 0.5)]
    [InlineData("residual", 0.5, 0.9, 0.9, 1)]
    [InlineData("residual", 0.5, 0.6, 0.7, 0.8)]
    [InlineData("product_odds", 0.5, 0.5, 0.8, 0.8)]
    [InlineData("product_odds", 0.5, 0.8, 0.8, 0.941176)]
    public void Ratios_combine_as_documented(string composition, double overall, double component, double block, double expected) =>
        Assert.Equal(expected, TrustFusion.GenomeRatio(composition, overall, component, block), 6);

    private static double Distance(float[] one, float[] other) => one.Zip(other, (x, y) => Math.Abs((double)x - y)).Sum();

    private static string Recipe(string parameters) =>
        $"{{merge_method: darwin, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {{{parameters}}}}}";

    private static TinyModel Vector(float[] values) => TinyModel.OfVector(values);

    private static MergeScene Scene() => new(("base", Model(_ => new float[8])), ("a", Model(A)), ("b", Model(B)));

    private static TinyModel Model(Func<string, float[]> values)
    {
        var model = new TinyModel().Set("num_hidden_layers", 2);
        foreach (var name in (string[])[Names.Up(0), Names.Up(1), Names.Query(0), Names.Query(1), Names.Norm(0), Names.Norm(1)])
            model.With(name, name.Contains("norm", StringComparison.Ordinal) ? [8] : [4, 2], values(name));
        return model.With(Names.Embedding, [4, 2], values(Names.Embedding));
    }

    private static float[] A(string name) => Values(name, 1);

    private static float[] B(string name) => Values(name, 2);

    private static float[] Values(string name, int parent)
    {
        var random = new Random(name.Sum(c => c) + (1000 * parent));
        return [.. Enumerable.Range(0, 8).Select(_ => (float)(random.NextDouble() - .5))];
    }
}
