using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>A plan's id: the same for the same model, another for another.</summary>
public sealed class IdentityTests : IDisposable
{
    private readonly MergeScene _scene = new(
        ("base", LayeredModel.Of(2, 0)), ("a", LayeredModel.Of(2, 10)), ("copy-of-a", LayeredModel.Of(2, 10)), ("b", LayeredModel.Of(2, 20)));

    public void Dispose() => _scene.Dispose();

    private const string Ties = "{merge_method: ties, base_model: base, models: [{model: a, parameters: {weight: 0.5}}, {model: b, parameters: {weight: 0.5}}]}";

    [Theory]
    [InlineData("{models: [{model: a, parameters: {weight: 0.5}}, {model: b, parameters: {weight: 0.5}}], base_model: base, merge_method: ties}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.50}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: base}, {model: a}, {model: b}], parameters: {weight: 0.5}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: [0.5, 0.5]}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: copy-of-a}, {model: b}], parameters: {weight: 0.5}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.5, int8_mask: true, gamma: 3, t: 1}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.5, density: 1, normalize: true}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.5}, dtype: float32}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a, parameters: {weight: 0.5}}, {model: copy-of-a, parameters: {weight: 0}}, {model: b, parameters: {weight: 0.5}}]}")]
    public void The_same_merge_in_other_words_has_the_same_id(string recipe) => Assert.Equal(TensorIds(Ties), TensorIds(recipe));

    [Theory]
    [InlineData("{merge_method: dare_ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.5}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.5000001}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.5, density: 0.5}}")]
    [InlineData("{merge_method: ties, base_model: b, models: [{model: a}, {model: base}], parameters: {weight: 0.5}}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: 0.5}, dtype: bfloat16}")]
    [InlineData("{merge_method: ties, base_model: base, models: [{model: a}, {model: b}], parameters: {weight: [{filter: up_proj, value: 0.4}, {value: 0.5}]}}")]
    public void Another_merge_has_another_id(string recipe) => Assert.NotEqual(_scene.Plan(Ties).ContentId, _scene.Plan(recipe).ContentId);

    [Fact]
    public void The_id_is_a_sha256_in_hex_and_stays() =>
        Assert.Matches("^[0-9a-f]{64}$", Assert.Single(new[] { Ties, Ties }.Select(recipe => _scene.Plan(recipe).ContentId).Distinct()));

    [Fact]
    public void A_change_of_one_tensor_changes_that_tensors_id_alone()
    {
        var changed = TensorIds(Ties).Zip(TensorIds(
            "{merge_method: ties, base_model: base, models: [{model: a, parameters: {weight: [{filter: layers.1.mlp, value: 0.4}, {value: 0.5}]}}, {model: b, parameters: {weight: 0.5}}]}"));
        Assert.Equal(1, changed.Count(pair => pair.First != pair.Second));
    }

    private string[] TensorIds(string recipe) => [.. _scene.Plan(recipe).Tensors.Select(tensor => tensor.ContentId)];
}
