using System.Collections.Immutable;

namespace Evo.Optimization.Nsga2;

/// <summary>Points are the same when all coordinates are equal (pymoo's test, distance at most 1e-16, comes to that).</summary>
internal sealed class SamePoint : IEqualityComparer<ImmutableArray<double>>
{
    public static SamePoint Comparer { get; } = new();

    public bool Equals(ImmutableArray<double> x, ImmutableArray<double> y) => x.AsSpan().SequenceEqual(y.AsSpan());

    public int GetHashCode(ImmutableArray<double> obj)
    {
        var hash = new HashCode();
        foreach (var coordinate in obj)
            hash.Add(coordinate);
        return hash.ToHashCode();
    }
}
