using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>What the method cards demand of every method (U1 to U5).</summary>
public sealed class UniversalTests
{
    private const int Length = 20_011; // three runs, the last one odd

    public static TheoryData<string> All => [.. MergeMethods.All.Select(method => method.Name)];

    public static TheoryData<string> OfSeveralModels => [.. MergeMethods.All.Where(method => method.Needs.MaximumModels > 1).Select(method => method.Name)];

    public static TheoryData<string> Homogeneous =>
        [.. MergeMethods.All.Where(method => method.Needs is { IsHomogeneous: true, NeedsBase: true }).Select(method => method.Name)];

    [Theory, MemberData(nameof(All))]
    public void Equal_models_give_the_model(string method)
    {
        var values = Random(1);
        using var scene = Scene(values, values, values);
        Near.Equal([.. values.Select(value => (double)value)], scene.MergeOne(Recipe(method)), 3e-7);
    }

    [Theory, MemberData(nameof(OfSeveralModels))]
    public void The_order_of_models_does_not_matter(string method)
    {
        using var scene = Scene(Random(1), Random(2), Random(3));
        Near.Equal([.. scene.MergeOne(Recipe(method)).Select(value => (double)value)], scene.MergeOne(Recipe(method, swapped: true)), 1e-6);
    }

    [Theory, MemberData(nameof(All))]
    public void Names_shapes_and_types_are_kept(string method)
    {
        using var scene = Scene(Random(1), Random(2), Random(3));
        var tensor = Assert.Single(scene.Plan(Recipe(method)).Tensors).Output;
        Assert.Equal(new TensorInfo(Names.Norm(0), ElementType.F32, [Length]), tensor);
        Assert.All(scene.MergeOne(Recipe(method)), value => Assert.True(float.IsFinite(value)));
    }

    [Theory, MemberData(nameof(Homogeneous))]
    public void Scaling_all_task_vectors_scales_the_merged_one(string method)
    {
        var (b, one, two) = (Random(1), Random(2), Random(3));
        using var scene = Scene(b, one, two);
        using var doubled = Scene(b, Twice(one), Twice(two));
        var merged = scene.MergeOne(Recipe(method)).Zip(b, (value, start) => start + (2.0 * (value - start)));
        if (!method.StartsWith("dare", StringComparison.Ordinal) && !method.StartsWith("della", StringComparison.Ordinal)) // their masks are keyed by content
            Near.Equal([.. merged], doubled.MergeOne(Recipe(method)), 3e-6);

        float[] Twice(float[] model) => [.. model.Zip(b, (value, start) => start + (2 * (value - start)))];
    }

    private static string Recipe(string method, bool swapped = false)
    {
        var parameters = method is "slerp" or "nearswap" ? "{t: 0.4}" : method.StartsWith("della", StringComparison.Ordinal) ? "{epsilon: 0.05}" : "{}";
        var (first, second) = ("{model: one, parameters: {weight: 0.5, density: 0.7}}", "{model: two, parameters: {weight: 0.8, density: 0.9}}");
        var needs = MergeMethods.Find(method)!.Needs;
        var models = needs.MaximumModels == 1 ? first : swapped ? $"{second}, {first}" : $"{first}, {second}";
        return $"{{merge_method: {method}, {(needs.NeedsBase ? "base_model: base, " : "")}models: [{models}], parameters: {parameters}}}";
    }

    private static MergeScene Scene(float[] b, float[] one, float[] two) =>
        new(("base", TinyModel.OfVector(b)), ("one", TinyModel.OfVector(one)), ("two", TinyModel.OfVector(two)));

    private static float[] Random(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Length).Select(_ => (float)(random.NextDouble() - .5))];
    }
}
