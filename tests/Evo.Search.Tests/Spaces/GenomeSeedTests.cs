using Evo.Merging.Planning;

namespace Evo.Search.Tests.Spaces;

/// <summary>Where a search begins, and what it is compared with: the space's own start, single parents, the plain average.</summary>
public sealed class GenomeSeedTests : IDisposable
{
    private const string Ties = """
        merge_method: ties
        base_model: models/base
        models:
          - {model: models/arithmetic, parameters: {weight: {search: [0, 1.5], init: 0.5}, density: {search: [0.2, 0.9]}}}
          - {model: models/sorting, parameters: {weight: {search: [0.2, 0.8]}}}
        parameters: {lambda: {search: [0.5, 1.5]}}
        dtype: float32
        """;

    private readonly CodecFixture _fixture = new();

    [Fact]
    public void The_search_starts_from_what_is_known()
    {
        var codec = _fixture.Codec(Ties);

        Assert.Equal(
            [
                [0.5, 0.55, 0.5, 1],  // where the space says, else the middle
                [1, 0.9, 0.2, 1],     // arithmetic alone, as nearly as the ranges allow
                [0, 0.55, 0.8, 1],    // sorting alone
                [0.5, 0.55, 0.5, 1],  // uniform: the same as the first here, so it is not repeated
            ],
            codec.Seeds().Select(seed => codec.FromUnit(seed.AsSpan()).ToArray()).Append([0.5, 0.55, 0.5, 1]));
        Assert.All(codec.Seeds().SelectMany(seed => seed), unit => Assert.InRange(unit, 0, 1));
    }

    [Fact]
    public void A_seed_of_one_parent_is_that_parent()
    {
        var codec = _fixture.Codec("""
            merge_method: task_arithmetic
            base_model: models/base
            parameters: {weight: {search: [-0.5, 1.5], per: [model, component, block(2)]}, lambda: {search: [0.3, 2]}}
            models: [{model: models/arithmetic}, {model: models/sorting}]
            """);

        var alone = _fixture.Plan(codec, codec.FromUnit(codec.Seeds()[1].AsSpan()));

        Assert.All(alone.Tensors, tensor => Assert.Equal(
            ("models/arithmetic", 1.0, 1.0), (Assert.Single(tensor.Models).Model, tensor.Parameters.Of(0, "weight"), tensor.Parameters["lambda"])));
    }

    [Fact]
    public void Slerp_starts_from_both_ends_too()
    {
        var codec = _fixture.Codec("""
            merge_method: slerp
            base_model: models/base
            models: [{model: models/arithmetic}]
            parameters: {t: {search: [0, 1], per: block(2)}}
            """);

        Assert.Equal([[0.5, 0.5], [0, 0], [1, 1]], codec.Seeds().Select(seed => codec.FromUnit(seed.AsSpan()).ToArray()));
    }

    [Fact]
    public void Baselines_are_plain_averages()
    {
        var codec = _fixture.Codec(Ties);

        var uniform = codec.Uniform();
        Assert.Equal(("linear", null, "float32"), (uniform.MergeMethod, uniform.BaseModel, uniform.Dtype));
        Assert.Equal(["models/arithmetic", "models/sorting"], uniform.Models.Select(model => model.Model));
        Assert.All(MergePlan.Create(uniform, _fixture.Parents).Tensors, tensor =>
            Assert.Equal([1.0, 1.0], [tensor.Parameters.Of(0, "weight"), tensor.Parameters.Of(1, "weight")]));

        var single = codec.Single("models/base");
        Assert.Equal(["models/base"], single.Models.Select(model => model.Model));
        Assert.All(MergePlan.Create(single, _fixture.Parents).Tensors, tensor => Assert.Equal("models/base", Assert.Single(tensor.Models).Model));
    }

    public void Dispose() => _fixture.Dispose();
}
