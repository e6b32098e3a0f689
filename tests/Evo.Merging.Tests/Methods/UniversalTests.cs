using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>What the method cards demand of every method (U1 to U3, U5), on tensors of every class that methods treat in different ways.</summary>
public sealed class UniversalTests
{
    private static readonly TensorClass[] Classes =
    [
        new("vector", Names.Norm(0), [20_011]), // three runs, the last one odd
        new("tall", Names.Up(0), [41, 29]),
        new("wide", Names.Query(0), [29, 41]),
        new("embedding", Names.Embedding, [41, 29]),
    ];

    public static TheoryData<string, string> All => Cases(_ => true);

    public static TheoryData<string, string> OfSeveralModels => Cases(needs => needs.MaximumModels > 1);

    public static TheoryData<string, string> HomogeneousInTaskVectors => Cases(needs => needs is { IsHomogeneous: true, NeedsBase: true });

    public static TheoryData<string, string> HomogeneousInModels => Cases(needs => needs is { IsHomogeneous: true, NeedsBase: false });

    public static TheoryData<string> Methods => [.. MergeMethods.All.Select(method => method.Name)];

    [Theory, MemberData(nameof(All))]
    public void Equal_models_give_the_model(string method, string tensor)
    {
        var values = Random(1, tensor);
        using var scene = Scene(tensor, values, values, values);
        Near.Equal([.. values.Select(value => (double)value)], Merge(scene, tensor, Recipe(method)), 3e-7);
    }

    [Theory, MemberData(nameof(OfSeveralModels))]
    public void The_order_of_models_does_not_matter(string method, string tensor)
    {
        using var scene = Scene(tensor, Random(1, tensor), Random(2, tensor), Random(3, tensor));
        Near.Equal(
            [.. Merge(scene, tensor, Recipe(method)).Select(value => (double)value)], Merge(scene, tensor, Recipe(method, swapped: true)), 2e-6);
    }

    [Theory, MemberData(nameof(All))]
    public void Names_shapes_and_types_are_kept(string method, string tensor)
    {
        using var scene = Scene(tensor, Random(1, tensor), Random(2, tensor), Random(3, tensor));
        var (name, shape) = (Class(tensor).Name, Class(tensor).Shape);
        Assert.Equal(new TensorInfo(name, ElementType.F32, [.. shape]), scene.Plan(Recipe(method)).Tensors.Single(planned => planned.Output.Name == name).Output);
        Assert.All(Merge(scene, tensor, Recipe(method)), value => Assert.True(float.IsFinite(value)));
    }

    /// <summary>Random masks are keyed by content, so methods that drop at random keep everything here.</summary>
    [Theory, MemberData(nameof(HomogeneousInTaskVectors))]
    public void Scaling_all_task_vectors_scales_the_merged_one(string method, string tensor)
    {
        var (b, one, two) = (Random(1, tensor), Random(2, tensor), Random(3, tensor));
        using var scene = Scene(tensor, b, one, two);
        using var doubled = Scene(tensor, b, Twice(one), Twice(two));
        var drops = method.StartsWith("dare", StringComparison.Ordinal) || method.StartsWith("della", StringComparison.Ordinal);
        var recipe = Recipe(method, density: drops ? "1" : "0.7");
        var merged = Merge(scene, tensor, recipe).Zip(b, (value, start) => start + (2.0 * (value - start)));
        Near.Equal([.. merged], Merge(doubled, tensor, recipe), 5e-6);

        float[] Twice(float[] model) => [.. model.Zip(b, (value, start) => start + (2 * (value - start)))];
    }

    [Theory, MemberData(nameof(HomogeneousInModels))]
    public void Scaling_all_models_scales_the_merged_one(string method, string tensor)
    {
        var (b, one, two) = (Random(1, tensor), Random(2, tensor), Random(3, tensor));
        using var scene = Scene(tensor, b, one, two);
        using var doubled = Scene(tensor, Twice(b), Twice(one), Twice(two));
        Near.Equal([.. Merge(scene, tensor, Recipe(method)).Select(value => 2.0 * value)], Merge(doubled, tensor, Recipe(method)), 2e-6);

        static float[] Twice(float[] model) => [.. model.Select(value => 2 * value)];
    }

    /// <summary>Some trainers save the parts of a sharded model that live elsewhere as tensors of no elements.</summary>
    [Theory, MemberData(nameof(Methods))]
    public void A_tensor_without_elements_is_carried_over(string method)
    {
        using var with = new MergeScene(("base", Sharded(1)), ("one", Sharded(2)), ("two", Sharded(3)));
        using var without = new MergeScene(("base", Model(1)), ("one", Model(2)), ("two", Model(3)));
        var merged = with.Merge(Recipe(method));
        Assert.Empty(merged[Names.Norm(0)]);
        if (!method.StartsWith("dare", StringComparison.Ordinal) && !method.StartsWith("della", StringComparison.Ordinal)) // their masks are keyed by content
            Assert.Equal(without.Merge(Recipe(method))[Names.Up(0)], merged[Names.Up(0)]);

        static TinyModel Model(int seed) => TinyModel.OfMatrix(3, 2, seed, 2, seed, 4, -seed, 6);
        static TinyModel Sharded(int seed) => Model(seed).With(Names.Norm(0), [0], []);
    }

    private static TheoryData<string, string> Cases(Func<MethodNeeds, bool> chosen)
    {
        var cases = new TheoryData<string, string>();
        foreach (var method in MergeMethods.All.Where(method => chosen(method.Needs)))
            foreach (var tensor in Classes)
                cases.Add(method.Name, tensor.Kind);
        return cases;
    }

    private static string Recipe(string method, bool swapped = false, string density = "0.7")
    {
        var parameters = method is "slerp" or "nearswap" ? "{t: 0.4}" : method.StartsWith("della", StringComparison.Ordinal) ? "{epsilon: 0.05}" : "{}";
        var (first, second) = ($"{{model: one, parameters: {{weight: 0.5, density: {density}}}}}", $"{{model: two, parameters: {{weight: 0.8, density: {(density == "1" ? "1" : "0.9")}}}}}");
        var needs = MergeMethods.Find(method)!.Needs;
        var models = needs.MaximumModels == 1 ? first : swapped ? $"{second}, {first}" : $"{first}, {second}";
        return $"{{merge_method: {method}, {(needs.NeedsBase ? "base_model: base, " : "")}models: [{models}], parameters: {parameters}}}";
    }

    private static float[] Merge(MergeScene scene, string tensor, string recipe) => scene.Merge(recipe)[Class(tensor).Name];

    private static MergeScene Scene(string tensor, float[] b, float[] one, float[] two)
    {
        return new(("base", Model(b)), ("one", Model(one)), ("two", Model(two)));

        TinyModel Model(float[] values)
        {
            var (_, name, shape) = Class(tensor);
            var model = new TinyModel().With(name, shape, values);
            return tensor == "embedding" ? model.Set("vocab_size", shape[0]).With(Names.Norm(0), [1], [1]) : model;
        }
    }

    private static float[] Random(int seed, string tensor)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)Class(tensor).Shape.Aggregate((x, y) => x * y)).Select(_ => (float)(random.NextDouble() - .5))];
    }

    private static TensorClass Class(string kind) => Classes.Single(one => one.Kind == kind);

    private sealed record TensorClass(string Kind, string Name, long[] Shape);
}
