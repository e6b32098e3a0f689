using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Tests.CmaEs;

public class RankingTests
{
    private static readonly StrategyParameters Parameters = StrategyParameters.Create(dimension: 5, population: 8);

    [Fact]
    public void Without_ties_the_weights_go_by_rank()
    {
        int[] order = [3, 1, 0, 2, 7, 6, 5, 4];
        var ranking = Ranking.Of(Parameters, order, (_, _) => false);
        for (var place = 0; place < order.Length; place++)
        {
            Assert.Equal(Parameters.Weights[place], ranking.Covariance[order[place]]);
            Assert.Equal(Math.Max(0, Parameters.Weights[place]), ranking.Parent[order[place]]);
        }

        Assert.Equal(Parameters.MuEff, ranking.MuEff);
    }

    [Fact]
    public void Equal_candidates_share_the_weights_of_their_places()
    {
        // Places 3 to 6 (from 1), astride the line between parents and the rest, are equal.
        int[] order = [0, 1, 2, 3, 4, 5, 6, 7];
        var ranking = Ranking.Of(Parameters, order, (a, b) => a >= 2 && b <= 5);
        var parents = (Parameters.Weights[2] + Parameters.Weights[3]) / 4;
        var signed = Parameters.Weights.Skip(2).Take(4).Sum() / 4;
        Assert.All(order[2..6], k => Assert.Equal(parents, ranking.Parent[k], 1e-15));
        Assert.All(order[2..6], k => Assert.Equal(signed, ranking.Covariance[k], 1e-15));
        Assert.Equal(1, ranking.Parent.Sum(), 1e-15);
        Assert.Equal(Parameters.Weights.Sum(), ranking.Covariance.Sum(), 1e-14);
        Assert.Equal(1 / ranking.Parent.Sum(w => w * w), ranking.MuEff);
    }

    [Fact]
    public void The_order_among_equals_does_not_matter()
    {
        bool Tied(int a, int b) => a < 4 && b < 4;
        Assert.Equal(
            Ranking.Of(Parameters, [0, 1, 2, 3, 4, 5, 6, 7], Tied).Covariance.AsEnumerable(),
            Ranking.Of(Parameters, [2, 0, 3, 1, 4, 5, 6, 7], Tied).Covariance);
    }
}
