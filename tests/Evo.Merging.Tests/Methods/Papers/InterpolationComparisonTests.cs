using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Cards B16, B17 and B18 on random tensors: every element of the share that the profile, the group or the weight says, in float64.</summary>
public sealed class InterpolationComparisonTests
{
    [Theory]
    [InlineData("layer_swap", "bottom_layers: 1, transition_layers: 1, transition_mix: 0.35, outside_share: 0.8", 1, .35, .8)]
    [InlineData("layer_swap", "top_layers: 1, bottom_layers: 0", 0, 1, 1)]
    [InlineData("retain", "alpha: 0.3", .3, .3, .3)]
    [InlineData("retain", "alpha: 0.3, alpha_norm: 1.2", .3, .3, 1.2)]
    [InlineData("instruction_residual", "weight: 0.7", .7, .7, .7)]
    public void One_model_beside_the_base(string method, string parameters, double first, double second, double finalNorm)
    {
        for (var seed = 0; seed < 4; seed++)
        {
            using var models = new SeveralTensors(seed, 1);
            var merged = models.Scene.Merge(models.Recipe(method, parameters), workers: 2);
            Expect(Names.Up(0), first);
            Expect(Names.Up(1), second);
            Expect(Names.FinalNorm, finalNorm);

            void Expect(string name, double share) => Near.Equal(
                [.. models.Base[name].Zip(models.Models[0][name], (start, value) => ((1 - share) * start) + (share * value))], merged[name], 1e-6);
        }
    }

    [Fact]
    public void A_residual_beside_a_domain_model()
    {
        for (var seed = 0; seed < 4; seed++)
        {
            using var models = new SeveralTensors(seed, 2);
            Near.Equal(
                [.. models.Vectors[0].Zip(models.Vectors[1], (domain, residual) => domain + (.6 * residual))],
                [.. models.Merge("instruction_residual", "", "", "weight: 0.6").Select(value => (float)value)], 1e-6);
        }
    }
}
