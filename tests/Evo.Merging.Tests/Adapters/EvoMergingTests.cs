using Evo.Merging.Tests.Fixtures;
using static Evo.Merging.Tests.Fixtures.AdapterMerges;

namespace Evo.Merging.Tests.Adapters;

/// <summary>Card C2: the worked numbers, both forms, and an independent float64 reference.</summary>
public sealed class EvoMergingTests
{
    [Theory]
    [InlineData("factor", new[] { .3, -3, -.3, 3 })] // A = [.3, -3], B = [1; -1]
    [InlineData("delta", new[] { 1.0, 0, -.2, -3 })]
    public void The_cards_worked_example(string form, double[] expected)
    {
        using var scene = Worked();
        Near.Equal(expected, scene.Merge(Recipe(form, (0.5, 0.5), (1, -1)))[Names.Up(0)]);
    }

    [Theory]
    [InlineData("factor")]
    [InlineData("delta")]
    public void One_adapter_whole_is_itself_and_at_scale_zero_nothing(string form)
    {
        using var scene = Usual();
        var adapted = scene.Merge("{merge_method: passthrough, models: [{model: base+adapter0}]}")[Names.Up(0)];
        Near.Equal([.. adapted.Select(value => (double)value)], scene.Merge(Recipe(form, (1, 1)))[Names.Up(0)], 5e-7);
        Assert.Equal(Random(1, 30), scene.Merge(Recipe(form, (1, 0), (0.5, 0)))[Names.Up(0)]);
    }

    [Fact]
    public void The_largest_elements_of_A_stay_and_none_at_zero()
    {
        using var scene = new AdapterMerges(TinyModel.OfMatrix(1, 4, 0, 0, 0, 0), ("adapter0", new TinyAdapter(1, 1).With(Names.Up(0), [.1f, -.5f, .3f, .2f], [1])));
        Assert.Equal([0, -.5f, .3f, 0], scene.Merge(Recipe("delta", (0.5, 1)))[Names.Up(0)]);
        Assert.Equal([0, -.5f, 0, 0], scene.Merge(Recipe("delta", (0.01, 1)))[Names.Up(0)]);
        Assert.Equal([0, 0, 0, 0], scene.Merge(Recipe("delta", (0, 1)))[Names.Up(0)]);
    }

    [Fact]
    public void Elements_equal_to_the_last_one_kept_stay_too()
    {
        using var scene = new AdapterMerges(TinyModel.OfMatrix(1, 4, 0, 0, 0, 0), ("adapter0", new TinyAdapter(1, 1).With(Names.Up(0), [.1f, -.5f, .5f, .5f], [1])));
        Assert.Equal([0, -.5f, .5f, .5f], scene.Merge(Recipe("delta", (0.25, 1)))[Names.Up(0)]);
    }

    [Fact]
    public void Negating_all_scales_changes_nothing_in_the_published_form_and_subtracts_in_the_clean_one()
    {
        using var scene = Usual();
        var (up, down) = (Recipe("factor", (0.6, 0.5), (1, 0.8)), Recipe("factor", (0.6, -0.5), (1, -0.8)));
        LargeScene.SameBits(scene.Merge(up), scene.Merge(down));
        var plus = scene.Merge(Recipe("delta", (0.6, 0.5), (1, 0.8)))[Names.Up(0)];
        var minus = scene.Merge(Recipe("delta", (0.6, -0.5), (1, -0.8)))[Names.Up(0)];
        Near.Equal([.. Random(1, 30).Select(value => 2.0 * value)], [.. plus.Zip(minus, (x, y) => x + y)], 1e-6);
    }

    [Fact]
    public void An_adapter_without_the_module_contributes_nothing()
    {
        using var scene = new AdapterMerges(
            new TinyModel().With(Names.Up(0), [1, 2], [0, 0]).With(Names.Query(0), [1, 2], [0, 0]),
            ("adapter0", new TinyAdapter(1, 1).With(Names.Up(0), [1, 2], [1])),
            ("adapter1", new TinyAdapter(1, 1).With(Names.Query(0), [3, 4], [1])));
        var merged = scene.Merge(Recipe("factor", (1, 1), (1, 2)));
        Assert.Equal([1, 2], merged[Names.Up(0)]);
        Assert.Equal([12, 16], merged[Names.Query(0)]); // β² of the only one
    }

    [Theory]
    [InlineData("factor")]
    [InlineData("delta")]
    public void Random_adapters_of_different_ranks_and_scales_agree_with_float64(string form)
    {
        const int Rows = 17, Columns = 23;
        using var scene = Usual(Rows, Columns, ranks: [2, 5, 3]);
        (double Alpha, double Beta)[] genes = [(0.3, 0.7), (0.8, -1.2), (1, 0.4)];
        var merged = scene.Merge(Recipe(form, genes))[Names.Up(0)];

        var adapters = genes.Select((gene, i) =>
        {
            var rank = new[] { 2, 5, 3 }[i];
            var a = Random(10 + i, rank * Columns).Select(value => (double)value).ToArray();
            var threshold = a.Select(Math.Abs).OrderDescending().ElementAt((int)Math.Round(gene.Alpha * a.Length) - 1);
            return (Rank: rank, A: a.Select(value => Math.Abs(value) >= threshold ? value : 0).ToArray(), B: Random(20 + i, rank * Rows), Scale: (rank + 1.0) / rank, gene.Beta);
        }).ToArray();
        Near.Equal([.. Random(1, Rows * Columns).Select((value, i) => value + (form == "delta" ? Delta(i / Columns, i % Columns) : Factor(i / Columns, i % Columns)))], merged, 3e-6);

        double Delta(int row, int column) => adapters.Sum(own => own.Beta * own.Scale * Enumerable.Range(0, own.Rank).Sum(k => own.B[(row * own.Rank) + k] * own.A[(k * Columns) + column]));

        double Factor(int row, int column) => Enumerable.Range(0, 5).Sum(k =>
            adapters.Where(own => k < own.Rank).Sum(own => Math.Sqrt(own.Scale) * own.Beta * own.B[(row * own.Rank) + k])
            * adapters.Where(own => k < own.Rank).Sum(own => Math.Sqrt(own.Scale) * own.Beta * own.A[(k * Columns) + column]));
    }

    [Fact]
    public void Whole_models_are_merged_as_sparse_task_vectors()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 1, 1, 1)), ("one", TinyModel.OfVector(2, 1.5f, 1, -3)), ("two", TinyModel.OfVector(1, 2, 3, 4)));
        var recipe = "{merge_method: evo_merging, base_model: base, models: [{model: one, parameters: {alpha: 0.5, beta: 2}}, {model: two, parameters: {alpha: 1, beta: -1}}]}";
        Assert.Equal([1 + 2 - 0, 1 + 0 - 1, 1 + 0 - 2, 1 - 8 - 3], scene.MergeOne(recipe));
    }

    [Fact]
    public void Pieces_and_workers_do_not_change_a_bit()
    {
        using var scene = Usual(301, 1021, ranks: [3, 5]);
        var recipe = Recipe("delta", (0.4, 0.5), (0.9, -0.8));
        LargeScene.SameBits(scene.Merge(recipe), scene.Merge(recipe, workers: 5));
    }

    private static AdapterMerges Worked() => new(
        TinyModel.OfMatrix(2, 2, 0, 0, 0, 0),
        ("adapter0", new TinyAdapter(1, 1).With(Names.Up(0), [1, -.1f], [2, 0])),
        ("adapter1", new TinyAdapter(1, 1).With(Names.Up(0), [.2f, 3], [0, 1])));

    private static string Recipe(string form, params (double Alpha, double Beta)[] genes) =>
        $"{{merge_method: evo_merging, base_model: base, parameters: {{form: {form}}}, models: [{string.Join(", ", genes.Select((gene, i) => FormattableString.Invariant($"{{model: base+adapter{i}, parameters: {{alpha: {gene.Alpha}, beta: {gene.Beta}}}}}")))}]}}";
}
