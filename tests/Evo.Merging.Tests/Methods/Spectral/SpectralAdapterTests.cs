using Evo.Merging.Engines;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Spectral;

/// <summary>Parents under adapters: their factors are decomposed, and the result is that of the models merged to disk first.</summary>
public sealed class SpectralAdapterTests
{
    public static TheoryData<string> Methods => SpectralScene.Methods;

    [Theory, MemberData(nameof(Methods))]
    public void Adapters_merge_as_the_models_they_stand_for(string method)
    {
        using var scene = AdapterMerges.Usual(24, 18, ranks: [2, 3]);
        foreach (var (adapter, folder) in new[] { ("adapter0", "first"), ("adapter1", "second") })
            FolderMerge.Write(scene.Plan($"{{merge_method: passthrough, models: [{{model: base+{adapter}}}]}}"), Path.Combine(scene.Folder, folder));
        var recipe = $"{{merge_method: {method}, base_model: base, models: [{{model: base+adapter0}}, {{model: base+adapter1}}], parameters: {{weight: 0.6}}}}";
        var merged = scene.Merge(recipe)[Names.Up(0)];
        var expected = scene.Merge(recipe.Replace("base+adapter0", "first", StringComparison.Ordinal).Replace("base+adapter1", "second", StringComparison.Ordinal))[Names.Up(0)];
        Near.Equal([.. expected.Select(value => (double)value)], merged, 2e-5); // the models on disk are rounded to float32
    }

    [Fact]
    public void Ranks_of_adapters_are_all_that_is_kept()
    {
        using var scene = AdapterMerges.Usual(240, 180, ranks: [2, 3]);
        using var engine = new CpuMergeEngine(1);
        var plan = scene.Plan("{merge_method: tsv_m, base_model: base, models: [{model: base+adapter0}, {model: base+adapter1}]}");
        using var weights = new Evo.Checkpoints.Weights.CpuWeights(plan.Layout);
        engine.Merge(plan, weights);
        Assert.InRange(engine.PreparedBytes, 5 * (240 + 180) * 4, (5 * (240 + 180) * 4) + 1000);
    }

    [Fact]
    public void Factors_that_are_not_finite_are_refused_by_the_models_name()
    {
        using var scene = new AdapterMerges(
            new TinyModel().With(Names.Up(0), [6, 5], AdapterMerges.Random(1, 30)),
            ("bad", new TinyAdapter(1, 1).With(Names.Up(0), [1, 2, 3, float.NaN, 5], AdapterMerges.Random(2, 6))));
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.Merge("{merge_method: tsv_m, base_model: base, models: [{model: base+bad}]}"));
        Assert.Contains("base+bad", failure.Message, StringComparison.Ordinal);
    }
}
