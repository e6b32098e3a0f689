using System.Collections.Immutable;
using Evo.Optimization.Pareto;

namespace Evo.Optimization.Nsga2;

/// <summary>NSGA-II's survival: whole fronts, then the least crowded of the front that does not fit.</summary>
internal static class RankAndCrowding
{
    /// <summary>
    /// The best <paramref name="count"/> candidates, best front first. Feasible ones by front and crowding; then infeasible ones by
    /// violation; then invalid ones. Equal ones keep their order.
    /// </summary>
    public static ImmutableArray<Evaluated> Survivors(IReadOnlyList<Evaluated> candidates, ImmutableArray<Goal> goals, int count)
    {
        var survivors = ImmutableArray.CreateBuilder<Evaluated>(count);
        foreach (var front in FeasibleFronts(candidates, goals))
        {
            var room = count - survivors.Count;
            if (room == 0)
                break;
            if (front.Length <= room)
                survivors.AddRange(front);
            else
                survivors.AddRange(LeastCrowded(front, room));
        }

        var rest = candidates.Where(candidate => !ConstraintDomination.IsFeasible(candidate))
            .OrderBy(ConstraintDomination.IsInvalid)
            .ThenBy(candidate => ConstraintDomination.IsInvalid(candidate) ? 0 : candidate.Violation);
        survivors.AddRange(rest.Take(count - survivors.Count));
        return survivors.ToImmutable();
    }

    /// <summary>The crowding distance of every candidate within its own front; 0 for infeasible and invalid ones.</summary>
    public static ImmutableArray<double> Crowding(ImmutableArray<Evaluated> population, ImmutableArray<Goal> goals)
    {
        var crowding = new double[population.Length];
        var feasible = Enumerable.Range(0, population.Length).Where(k => ConstraintDomination.IsFeasible(population[k])).ToArray();
        ImmutableArray<ImmutableArray<double>> objectives = [.. feasible.Select(k => population[k].Objectives!.Value)];
        foreach (var front in NonDominatedSorting.Fronts(objectives, goals))
        {
            var distances = CrowdingDistance.Of([.. front.Select(member => objectives[member])]);
            for (var position = 0; position < front.Length; position++)
                crowding[feasible[front[position]]] = distances[position];
        }

        return ImmutableArray.Create(crowding);
    }

    private static IEnumerable<ImmutableArray<Evaluated>> FeasibleFronts(IReadOnlyList<Evaluated> candidates, ImmutableArray<Goal> goals)
    {
        ImmutableArray<Evaluated> feasible = [.. candidates.Where(ConstraintDomination.IsFeasible)];
        return NonDominatedSorting.Fronts([.. feasible.Select(candidate => candidate.Objectives!.Value)], goals)
            .Select(front => front.Select(member => feasible[member]).ToImmutableArray());
    }

    private static IEnumerable<Evaluated> LeastCrowded(ImmutableArray<Evaluated> front, int count)
    {
        var distances = CrowdingDistance.Of([.. front.Select(candidate => candidate.Objectives!.Value)]);
        return Enumerable.Range(0, front.Length).OrderByDescending(member => distances[member]).Take(count).Select(member => front[member]);
    }
}
