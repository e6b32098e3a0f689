using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// Between the problem's box and the unbounded coordinates of a run: scaling to the unit interval and <see cref="BoundTransform"/>.
/// </summary>
internal static class UnitBox
{
    public static ImmutableArray<double> ToProblem(double[] unbounded, ImmutableArray<Variable> variables)
    {
        var point = new double[unbounded.Length];
        for (var i = 0; i < point.Length; i++)
        {
            var (lower, upper, _) = variables[i];
            point[i] = Math.Clamp(lower + (BoundTransform.ToUnit(unbounded[i]) * (upper - lower)), lower, upper);
        }

        return ImmutableArray.Create(point);
    }

    public static double[] FromProblem(ImmutableArray<double> point, ImmutableArray<Variable> variables)
    {
        var unbounded = new double[point.Length];
        for (var i = 0; i < unbounded.Length; i++)
        {
            var (lower, upper, _) = variables[i];
            unbounded[i] = BoundTransform.FromUnit((point[i] - lower) / (upper - lower));
        }

        return unbounded;
    }
}
