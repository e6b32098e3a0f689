using System.Text.Json.Nodes;
using Evo.Optimization.CmaEs;
using static Evo.Optimization.Tests.CmaEs.Searches;

namespace Evo.Optimization.Tests.CmaEs;

/// <summary>In large dimensions C is decomposed only every few generations; the decomposition in use is then part of the state.</summary>
public class LazyEigensystemTests
{
    private const int Dimension = 220;

    [Fact]
    public void C_is_decomposed_once_in_a_gap_and_a_resumed_run_keeps_the_beat()
    {
        var gap = StrategyParameters.Create(Dimension, StrategyParameters.DefaultPopulation(Dimension)).EigenGap;
        Assert.Equal(2, gap);
        var straight = (CmaEsState)UnitBox(Dimension).Start();
        var resumed = straight;
        for (var generation = 1; generation <= 5; generation++)
        {
            straight = straight.Tell(Bowl);
            resumed = ((CmaEsState)Search().Load(JsonNode.Parse(Search().Save(resumed).ToJsonString())!.AsObject())).Tell(Bowl);
            Assert.Equal(generation / gap * gap, straight.Run.Distribution.EigenIteration);
            Assert.Equal(Flatten(Search().Ask(straight)), Flatten(Search().Ask(resumed)));
        }
    }
}
