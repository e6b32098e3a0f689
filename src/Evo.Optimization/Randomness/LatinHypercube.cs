using System.Collections.Immutable;

namespace Evo.Optimization.Randomness;

/// <summary>
/// Latin hypercube sampling (McKay, Beckman and Conover, 1979): each variable's interval is cut into as many slices as there are points and
/// every slice holds exactly one. Small populations cover each gene's range evenly, which uniform points do not.
/// </summary>
internal static class LatinHypercube
{
    public static ImmutableArray<ImmutableArray<double>> Sample(ImmutableArray<Variable> variables, int count, RandomStream stream)
    {
        var points = new double[count][];
        for (var k = 0; k < count; k++)
            points[k] = new double[variables.Length];
        var slices = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < variables.Length; i++)
        {
            stream.Shuffle(slices.AsSpan());
            var (lower, upper, _) = variables[i];
            for (var k = 0; k < count; k++)
            {
                var unit = (slices[k] + stream.NextDouble()) / count;
                points[k][i] = Math.Clamp(lower + (unit * (upper - lower)), lower, upper);
            }
        }

        return [.. points.Select(ImmutableArray.Create)];
    }
}
