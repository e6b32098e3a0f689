namespace Evo.Search.Runs;

/// <summary>
/// Where the time of a run went, in seconds over all its sessions. <paramref name="Active"/> is the whole; the rest are parts of it.
/// </summary>
public sealed record StageTimings(double Active, double Merge, double Evaluate, double Optimizer, double Store)
{
    public static readonly StageTimings Zero = new(0, 0, 0, 0, 0);

    /// <summary>The part of the whole that a stage took, in [0, 1].</summary>
    public double Share(double seconds) => Active > 0 ? Math.Min(1, seconds / Active) : 0;

    internal StageTimings Plus(StageTimings other) => new(
        Active + other.Active, Merge + other.Merge, Evaluate + other.Evaluate, Optimizer + other.Optimizer, Store + other.Store);
}
