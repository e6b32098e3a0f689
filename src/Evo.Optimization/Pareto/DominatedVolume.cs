namespace Evo.Optimization.Pareto;

/// <summary>The kernels of <see cref="Hypervolume"/>: everything minimised, every point strictly inside the bound.</summary>
internal static class DominatedVolume
{
    public static double Of(List<double[]> points, double[] bound) => Of(points, bound, bound.Length);

    /// <summary>The volume of <paramref name="point"/> alone in its first <paramref name="dimensions"/> objectives.</summary>
    public static double Box(double[] point, double[] bound, int dimensions)
    {
        var volume = 1.0;
        for (var objective = 0; objective < dimensions; objective++)
            volume *= bound[objective] - point[objective];
        return volume;
    }

    /// <summary>The coordinate-wise worse of two points: the corner of what both dominate.</summary>
    public static double[] Worse(double[] first, double[] second, int dimensions)
    {
        var corner = new double[dimensions];
        for (var objective = 0; objective < dimensions; objective++)
            corner[objective] = Math.Max(first[objective], second[objective]);
        return corner;
    }

    private static double Of(List<double[]> points, double[] bound, int dimensions)
    {
        if (points.Count == 0)
            return 0;
        if (points.Count == 1)
            return Box(points[0], bound, dimensions);
        return dimensions switch
        {
            1 => bound[0] - points.Min(point => point[0]),
            2 => Plane(points, bound),
            3 => Space(points, bound),
            _ => ManyObjectives(points, bound, dimensions),
        };
    }

    private static double Plane(List<double[]> points, double[] bound)
    {
        points.Sort((a, b) => MinimizedPoints.CompareLexicographically(a, b, 2));
        var (area, ceiling) = (0.0, bound[1]);
        foreach (var point in points)
        {
            if (point[1] >= ceiling)
                continue;
            area += (bound[0] - point[0]) * (ceiling - point[1]);
            ceiling = point[1];
        }

        return area;
    }

    /// <summary>Sweeps the third objective upwards; between two points the section is the staircase of the points passed so far.</summary>
    private static double Space(List<double[]> points, double[] bound)
    {
        points.Sort((a, b) => a[2].CompareTo(b[2]));
        var staircase = new List<double[]>();
        var (volume, section) = (0.0, 0.0);
        for (var i = 0; i < points.Count; i++)
        {
            if (AddStep(staircase, points[i]))
                section = Section(staircase, bound);
            var next = i + 1 < points.Count ? points[i + 1][2] : bound[2];
            volume += section * (next - points[i][2]);
        }

        return volume;
    }

    /// <summary>Adds to a staircase (first objective rising, second falling) what is not dominated, and drops what it dominates.</summary>
    private static bool AddStep(List<double[]> staircase, double[] point)
    {
        var place = 0;
        while (place < staircase.Count && staircase[place][0] <= point[0])
            place++;
        if (place > 0 && staircase[place - 1][1] <= point[1])
            return false;
        if (place > 0 && staircase[place - 1][0] == point[0])
            place--;
        var end = place;
        while (end < staircase.Count && staircase[end][1] >= point[1])
            end++;
        staircase.RemoveRange(place, end - place);
        staircase.Insert(place, point);
        return true;
    }

    private static double Section(List<double[]> staircase, double[] bound)
    {
        var (area, ceiling) = (0.0, bound[1]);
        foreach (var step in staircase)
        {
            area += (bound[0] - step[0]) * (ceiling - step[1]);
            ceiling = step[1];
        }

        return area;
    }

    /// <summary>
    /// WFG: the sum of exclusive volumes, each point against those after it. Sorted worst first in the last objective, all limited points
    /// share that coordinate, so each exclusive volume is a slice: one objective fewer in every step of the recursion.
    /// </summary>
    private static double ManyObjectives(List<double[]> points, double[] bound, int dimensions)
    {
        var last = dimensions - 1;
        points.Sort((a, b) => b[last].CompareTo(a[last]));
        var volume = 0.0;
        for (var i = 0; i < points.Count; i++)
        {
            var limited = new List<double[]>(points.Count - i - 1);
            for (var j = i + 1; j < points.Count; j++)
                AddNonDominated(limited, Worse(points[i], points[j], last));
            var slice = Box(points[i], bound, last) - Of(limited, bound, last);
            volume += slice * (bound[last] - points[i][last]);
        }

        return volume;
    }

    private static void AddNonDominated(List<double[]> front, double[] point)
    {
        foreach (var member in front)
        {
            if (Dominance.WeaklyDominates(member, point))
                return;
        }

        front.RemoveAll(member => Dominance.WeaklyDominates(point, member));
        front.Add(point);
    }
}
