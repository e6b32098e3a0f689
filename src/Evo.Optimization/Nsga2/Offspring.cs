using System.Collections.Immutable;
using Evo.Optimization.Randomness;

namespace Evo.Optimization.Nsga2;

/// <summary>The next generation's candidates: tournament, crossover, mutation, without copies of parents or of each other.</summary>
internal static class Offspring
{
    /// <summary>
    /// Rounds of mating before what is still missing is drawn at random (a population that has collapsed onto one point).
    /// </summary>
    private const int MatingRounds = 100;

    public static ImmutableArray<ImmutableArray<double>> Create(Nsga2State state)
    {
        var (problem, settings) = (state.Problem, state.Settings);
        var stream = new RandomStream(state.Seed, "nsga2/offspring", state.Generation);
        var tournament = new BinaryTournament(state.Population, problem.Goals, stream);
        var known = new HashSet<ImmutableArray<double>>(state.Population.Select(parent => parent.Point), SamePoint.Comparer);
        var children = ImmutableArray.CreateBuilder<ImmutableArray<double>>(settings.Population);
        for (var round = 0; round < MatingRounds && children.Count < settings.Population; round++)
        {
            var pairs = (settings.Population - children.Count + 1) / 2;
            for (var pair = 0; pair < pairs; pair++)
            {
                double[] first = [.. tournament.Winner().Point], second = [.. tournament.Winner().Point];
                SimulatedBinaryCrossover.Cross(first, second, problem, settings, stream);
                foreach (var child in (double[][])[first, second])
                {
                    PolynomialMutation.Mutate(child, problem, settings, stream);
                    var point = ImmutableArray.Create(child);
                    if (children.Count < settings.Population && known.Add(point))
                        children.Add(point);
                }
            }
        }

        if (children.Count < settings.Population)
            children.AddRange(LatinHypercube.Sample(problem.Variables, settings.Population - children.Count, stream));
        return children.ToImmutable();
    }
}
