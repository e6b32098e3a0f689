using System.Collections.Immutable;
using Evo.Optimization.Nsga2;
using Evo.Optimization.Randomness;

namespace Evo.Optimization.Tests.Nsga2;

public class SelectionTests
{
    private static readonly ImmutableArray<Goal> Goals = [Goal.Minimize, Goal.Minimize];

    [Fact]
    public void Feasible_beats_infeasible_beats_invalid_whatever_the_objectives()
    {
        var feasible = Candidate(9, 9);
        var slightly = Candidate(0, 0, violation: 0.1);
        var badly = Candidate(-5, -5, violation: 2);
        var invalid = new Evaluated([0], null);
        Evaluated[] fromBest = [feasible, slightly, badly, invalid];
        for (var i = 0; i < fromBest.Length; i++)
        {
            for (var j = 0; j < fromBest.Length; j++)
                Assert.Equal(i.CompareTo(j), Math.Sign(ConstraintDomination.Compare(fromBest[i], fromBest[j], Goals)));
        }
    }

    [Fact]
    public void Among_feasible_candidates_dominance_decides_by_goal()
    {
        Assert.True(ConstraintDomination.Compare(Candidate(1, 1), Candidate(1, 2), Goals) < 0);
        Assert.True(ConstraintDomination.Compare(Candidate(1, 1), Candidate(1, 2), [Goal.Minimize, Goal.Maximize]) > 0);
        Assert.Equal(0, ConstraintDomination.Compare(Candidate(1, 2), Candidate(2, 1), Goals));
    }

    [Fact]
    public void Survivors_are_whole_fronts_then_the_least_crowded()
    {
        var front = new[] { Candidate(0, 10), Candidate(1, 8.9), Candidate(1.1, 8.8), Candidate(5, 5), Candidate(10, 0) };
        Evaluated[] all = [Candidate(11, 11), .. front, Candidate(12, 12)];
        Assert.Equal<Evaluated>([.. front, all[0]], RankAndCrowding.Survivors(all, Goals, 6));

        // (1, 8.9) lies between (0, 10) and (1.1, 8.8), the narrowest gap of all: it goes first.
        var four = RankAndCrowding.Survivors(all, Goals, 4);
        Assert.Equal(4, four.Length);
        Assert.DoesNotContain(front[1], four);
    }

    [Fact]
    public void Infeasible_ones_survive_by_violation_and_invalid_ones_only_as_a_last_resort()
    {
        Evaluated[] all =
        [
            new([0], null), Candidate(0, 0, violation: 2), Candidate(5, 5), Candidate(9, 9, violation: 1), new([1], null),
        ];
        Assert.Equal<Evaluated>([all[2], all[3], all[1], all[0]], RankAndCrowding.Survivors(all, Goals, 4));
        Assert.Equal<Evaluated>([all[2], all[3]], RankAndCrowding.Survivors(all, Goals, 2));
    }

    [Fact]
    public void The_tournament_prefers_the_better_then_the_lonelier_and_lets_everybody_fight()
    {
        ImmutableArray<Evaluated> population =
            [Candidate(0, 10), Candidate(5, 5), Candidate(5.1, 4.9), Candidate(5.2, 4.8), Candidate(10, 0), Candidate(20, 20)];
        var tournament = new BinaryTournament(population, Goals, new RandomStream(1, "tournament"));
        var wins = new Dictionary<Evaluated, int>();
        for (var fight = 0; fight < 3000; fight++)
        {
            var winner = tournament.Winner();
            wins[winner] = wins.GetValueOrDefault(winner) + 1;
        }

        Assert.DoesNotContain(population[5], wins.Keys);       // dominated by all, never meets itself
        Assert.True(wins[population[0]] > 2 * wins[population[2]]);
        Assert.True(wins[population[4]] > 2 * wins[population[2]]);
    }

    private static Evaluated Candidate(double f1, double f2, double violation = 0) => new([f1, f2], [f1, f2], violation);
}
