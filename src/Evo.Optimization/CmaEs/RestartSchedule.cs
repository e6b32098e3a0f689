using Evo.Optimization.Randomness;

namespace Evo.Optimization.CmaEs;

/// <summary>What the next run after a restart looks like.</summary>
/// <param name="SigmaFactor">Factor on the first step size.</param>
/// <param name="GenerationLimit">Limit beside the run's own; null for none.</param>
internal readonly record struct NextRun(int Population, double SigmaFactor, int? GenerationLimit);

/// <summary>
/// The book-keeping of restarts. IPOP: run r has 2^r times the first population. BIPOP, as pycma keeps its books: the first run counts as
/// small; whichever regime has used fewer evaluations is next (large on a tie).
/// </summary>
/// <param name="Restarts">Restarts made so far.</param>
/// <param name="SmallRestarts">Those of them with small population.</param>
/// <param name="SmallEvaluations">Evaluations of finished small runs, the first run included.</param>
/// <param name="LargeEvaluations">Evaluations of finished large runs.</param>
/// <param name="RunIsSmall">Which book the current run goes to.</param>
internal sealed record RestartSchedule(
    int Restarts = 0, int SmallRestarts = 0, long SmallEvaluations = 0, long LargeEvaluations = 0, bool RunIsSmall = true)
{
    /// <summary>Where doubling ends.</summary>
    private const int LargestPopulation = 1_000_000;

    /// <summary>Restarts that doubled the population; only these count towards the limit of restarts.</summary>
    public int LargeRestarts => Restarts - SmallRestarts;

    /// <param name="basePopulation">The population of the first run.</param>
    /// <param name="evaluations">What the run that has just stopped used.</param>
    public (RestartSchedule Schedule, NextRun Run) Next(RestartMode mode, int basePopulation, long evaluations, ulong seed)
    {
        var booked = this with
        {
            Restarts = Restarts + 1,
            SmallEvaluations = SmallEvaluations + (RunIsSmall ? evaluations : 0),
            LargeEvaluations = LargeEvaluations + (RunIsSmall ? 0 : evaluations),
        };
        if (mode == RestartMode.Ipop)
            return (booked, new NextRun(Doubled(basePopulation, booked.Restarts), 1, null));

        var doublings = booked.LargeRestarts;
        if (booked.SmallEvaluations >= booked.LargeEvaluations)
            return (booked with { RunIsSmall = false }, new NextRun(Doubled(basePopulation, doublings), 1, null));

        var stream = new RandomStream(seed, "cma-es/bipop", booked.Restarts);
        var (u1, u2) = (stream.NextDouble(), stream.NextDouble());
        var population = (int)Math.Floor(basePopulation * Math.Pow(2, doublings * u1 * u1));
        var limit = (int)Math.Max(1, 0.5 * booked.LargeEvaluations / population);
        return (booked with { RunIsSmall = true, SmallRestarts = SmallRestarts + 1 },
            new NextRun(population, Math.Pow(0.01, u2), limit));
    }

    private static int Doubled(int population, int times) => (int)Math.Min((long)population << times, LargestPopulation);
}
