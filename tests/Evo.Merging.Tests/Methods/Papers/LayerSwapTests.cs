using System.Globalization;
using Evo.Merging.Methods.Interpolation;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B16: the profile over depth, and which model every tensor comes from. The task expert holds 0 everywhere, the language expert 1.</summary>
public sealed class LayerSwapTests : IDisposable
{
    private const int Layers = 6;

    private readonly MergeScene _scene = new(
        ("task", LayeredModel.Constant(Layers, 0, tied: false)), ("language", LayeredModel.Constant(Layers, 1, tied: false)));

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("bottom_layers: 2, top_layers: 1", "1 1 0 0 0 1")]
    [InlineData("bottom_layers: 1, top_layers: 1, transition_layers: 1", "1 .5 0 0 .5 1")]
    [InlineData("bottom_layers: 1, top_layers: 0, transition_layers: 2, transition_mix: 0.25", "1 .25 .25 0 0 0")]
    [InlineData("bottom_layers: 3, top_layers: 3", "1 1 1 1 1 1")]
    [InlineData("bottom_layers: 4, top_layers: 4, transition_layers: 2", "1 1 1 1 1 1")]
    [InlineData("bottom_layers: 1.5", "1 .5 0 0 0 0")]
    [InlineData("bottom_layers: 0, top_layers: 0, transition_layers: 2", "0 0 0 0 0 0")]
    public void Layers_take_their_share(string parameters, string profile)
    {
        var shares = profile.Split(' ').Select(share => double.Parse(share, CultureInfo.InvariantCulture)).ToArray();
        var merged = Merge(parameters);
        for (var layer = 0; layer < Layers; layer++)
            foreach (var name in new[] { Names.Query(layer), Names.Up(layer), Names.Norm(layer) })
                Assert.All(merged[name], value => Assert.Equal(shares[layer], value, 1e-6));
    }

    [Theory]
    [InlineData("bottom_layers: 2", 1)]
    [InlineData("top_layers: 1", 1)]
    [InlineData("top_layers: 0", 0)]
    [InlineData("bottom_layers: 2, outside_share: 0.25", .25)]
    public void What_is_outside_the_layers_goes_with_the_swapped_ones(string parameters, double share)
    {
        var merged = Merge(parameters);
        foreach (var name in new[] { Names.Embedding, Names.FinalNorm, Names.Head })
            Assert.All(merged[name], value => Assert.Equal(share, value, 1e-6));
    }

    [Fact]
    public void A_layer_that_moves_from_one_model_to_the_other_does_so_continuously()
    {
        for (var bottom = 0.25; bottom < 4; bottom += 0.25)
        {
            var (here, there) = (new LayerProfile(bottom, 0, 1, .5), new LayerProfile(bottom + 0.01, 0, 1, .5));
            for (var layer = 0; layer < Layers; layer++)
                Assert.InRange(there.At(layer, Layers) - here.At(layer, Layers), 0, .0101);
        }
    }

    private Dictionary<string, float[]> Merge(string parameters) =>
        _scene.Merge($"{{merge_method: layer_swap, base_model: task, models: [{{model: language}}], parameters: {{{parameters}}}}}");
}
