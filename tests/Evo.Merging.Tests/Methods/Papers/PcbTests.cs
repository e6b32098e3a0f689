using System.Globalization;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B1, in the paper's and in the released form, over the model and by tensor.</summary>
public sealed class PcbTests
{
    private static readonly float[] One = [1, -2, .1f, 3, .05f];
    private static readonly float[] Two = [-.5f, -1, .4f, -3, 0];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 6)];

    [Theory]
    [InlineData("paper", "1 -1.66076 0.4 -0.24789 0")]
    [InlineData("released", "1 -1.5 0.4 0 0")]
    public void The_worked_example(string form, string expected)
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[5])), ("a", TinyModel.OfVector(One)), ("b", TinyModel.OfVector(Two)));
        foreach (var scope in new[] { "model", "tensor" })
            Near.Equal(
                [.. expected.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))],
                scene.MergeOne(Recipe($"density: 0.6, pcb_form: {form}, pcb_scope: {scope}")));
    }

    [Fact]
    public void The_golden_fixture()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(3, 2, 1, 0, 0, 1, 1, -1)),
            ("a", TinyModel.OfMatrix(3, 2, 1.3f, -.1f, .05f, 1.2f, 1, -.6f)),
            ("b", TinyModel.OfMatrix(3, 2, .8f, .12f, .25f, 1.08f, 1.1f, -1.3f)));
        Near.Equal([1.11575, 0, .25, 1.2, 1, -.92673], scene.MergeOne(Recipe("density: 0.5")));
    }

    [Fact]
    public void A_single_model_kept_whole_is_that_model()
    {
        using var models = new SeveralTensors(1, 1);
        Near.Equal(models.Vectors[0], [.. models.Merge("pcb", "density: 1").Select(value => (float)value)], 1e-6);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_paper_form_agrees_with_the_reference_over_the_model(int seed)
    {
        using var models = new SeveralTensors(seed, 3);
        Near.Equal(
            PaperReferences.Pcb(models.Vectors, [.3, .1, .5], [1, .8, 1.3]),
            Floats(models.Merge("pcb", "", "density: 0.3", "density: 0.1, weight: 0.8", "density: 0.5, weight: 1.3")), 2e-6);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_released_form_agrees_with_the_reference_over_the_model(int seed)
    {
        using var models = new SeveralTensors(seed, 3);
        foreach (var clip in new[] { 1e-4, .01 })
            Near.Equal(
                PaperReferences.PcbReleased(models.Vectors, [.3, .1, .5], [1, .8, 1.3], clip),
                Floats(models.Merge("pcb", FormattableString.Invariant($"pcb_form: released, pcb_clip: {clip}"), "density: 0.3", "density: 0.1, weight: 0.8", "density: 0.5, weight: 1.3")),
                2e-5); // scores just above the cut are small differences of float32 numbers
    }

    [Theory]
    [InlineData("paper")]
    [InlineData("released")]
    public void By_tensor_every_tensor_is_a_model_of_its_own(string form)
    {
        using var models = new SeveralTensors(3, 2);
        var expected = models.Order.SelectMany(name => form == "paper"
            ? PaperReferences.Pcb(models.VectorsOf(name), [.3, .3], [1, 1])
            : PaperReferences.PcbReleased(models.VectorsOf(name), [.3, .3], [1, 1], 1e-4));
        Near.Equal([.. expected], Floats(models.Merge("pcb", $"density: 0.3, pcb_scope: tensor, pcb_form: {form}")), 2e-6);
    }

    /// <summary>All magnitudes are equal: norm is 0 everywhere, all scores are equal, and the first elements stay.</summary>
    [Fact]
    public void Equal_magnitudes_keep_the_first_elements()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[4])), ("a", TinyModel.OfVector(1, -1, 1, -1)));
        Near.Equal([1, -1, 0, 0], scene.MergeOne("{merge_method: pcb, base_model: base, models: [{model: a}], parameters: {density: 0.5}}"));
        Near.Equal([0, 0, 0, 0], scene.MergeOne("{merge_method: pcb, base_model: base, models: [{model: a}], parameters: {density: 0.5, pcb_form: released}}"));
    }

    [Theory]
    [InlineData("paper")]
    [InlineData("released")]
    public void Density_0_gives_the_base(string form)
    {
        using var models = new SeveralTensors(2, 2);
        Assert.All(models.Merge("pcb", $"density: 0, pcb_form: {form}"), value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_paper_form_is_homogeneous()
    {
        using var scene = Scene(1);
        using var doubled = Scene(2);
        Near.Equal([.. scene.MergeOne(Recipe("density: 0.6")).Select(value => 2.0 * value)], doubled.MergeOne(Recipe("density: 0.6")));

        static MergeScene Scene(float factor) => new(
            ("base", TinyModel.OfVector(new float[5])),
            ("a", TinyModel.OfVector([.. One.Select(value => factor * value)])), ("b", TinyModel.OfVector([.. Two.Select(value => factor * value)])));
    }

    [Theory]
    [InlineData("paper", float.NaN)]
    [InlineData("released", float.NaN)]
    [InlineData("paper", float.PositiveInfinity)]
    [InlineData("released", float.NegativeInfinity)]
    public void A_parent_that_is_not_finite_is_named_with_its_tensor(string form, float bad)
    {
        using var scene = new MergeScene(("base", Model(0)), ("a", Model(1)), ("b", Model(bad)));
        foreach (var scope in new[] { "model", "tensor" })
            Assert.Equal(Names.Norm(1), Assert.Throws<NonFiniteMergeException>(() => scene.Merge(Recipe($"pcb_form: {form}, pcb_scope: {scope}"))).Tensor);

        static TinyModel Model(float last) => new TinyModel().Set("num_hidden_layers", 2).With(Names.Norm(0), [3], [1, 2, 3]).With(Names.Norm(1), [2], [1, last]);
    }

    private static string Recipe(string parameters) => $"{{merge_method: pcb, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {{{parameters}}}}}";

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];
}
