using System.Collections.Immutable;
using Evo.Optimization.Randomness;

namespace Evo.Optimization.Nsga2;

/// <summary>
/// Parents by binary tournament: constraint domination, then the larger crowding distance, then a coin. Contestants come from random
/// permutations, so that nobody fights twice before everybody has fought once.
/// </summary>
internal sealed class BinaryTournament(ImmutableArray<Evaluated> population, ImmutableArray<Goal> goals, RandomStream stream)
{
    private readonly ImmutableArray<double> crowding = RankAndCrowding.Crowding(population, goals);
    private readonly int[] contestants = [.. Enumerable.Range(0, population.Length)];
    private int next = population.Length;

    public Evaluated Winner()
    {
        var (first, second) = (Contestant(), Contestant());
        var order = ConstraintDomination.Compare(population[first], population[second], goals);
        if (order == 0)
            order = crowding[second].CompareTo(crowding[first]);
        if (order == 0)
            order = stream.NextInt(2) == 0 ? -1 : 1;
        return population[order < 0 ? first : second];
    }

    private int Contestant()
    {
        if (next == contestants.Length)
        {
            stream.Shuffle(contestants.AsSpan());
            next = 0;
        }

        return contestants[next++];
    }
}
