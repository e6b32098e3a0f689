namespace Evo.Optimization.Benchmarks.Problems;

/// <summary>Classic functions to minimise, optimum 0: the first group on the whole space, the second on the box [0, 1]^n.</summary>
internal static class SingleObjective
{
    /// <summary>The function of that name in n dimensions.</summary>
    public static Func<double[], double> Create(string name, int n)
    {
        var rotation = name.StartsWith("rot_", StringComparison.Ordinal) ? SplitMix64.Rotation(n) : [];
        return name switch
        {
            "sphere" => x => x.Sum(Square),
            "ellipsoid" => Ellipsoid,
            "rot_ellipsoid" => x => Ellipsoid(Rotate(rotation, x)),
            "cigar" => x => Square(x[0]) + (1e6 * x.Skip(1).Sum(Square)),
            "discus" => x => (1e6 * Square(x[0])) + x.Skip(1).Sum(Square),
            "rosenbrock" => Rosenbrock,
            "rastrigin" => x => (10.0 * n) + x.Sum(v => Square(v) - (10 * Math.Cos(2 * Math.PI * v))),
            "linear_slope_box" => x => Indexed(x).Sum(v => Math.Pow(10, v.I / (n - 1.0)) * (1 - v.X)),
            "sphere_outside_box" => x => Indexed(x).Sum(v => SphereOutside(v.X, v.I)),
            "rot_ellipsoid_box" => x => EllipsoidBox(rotation, x),
            "rosenbrock_box" => x => Rosenbrock([.. x.Select(v => (10 * v) - 5)]),
            _ => throw new ArgumentException($"No function '{name}'.", nameof(name)),
        };
    }

    private static double Ellipsoid(double[] x) => Indexed(x).Sum(v => Math.Pow(10, 6.0 * v.I / (x.Length - 1)) * Square(v.X));

    private static double Rosenbrock(double[] x)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length - 1; i++)
            sum += (100 * Square(x[i + 1] - Square(x[i]))) + Square(1 - x[i]);
        return sum;
    }

    private static double SphereOutside(double x, int i)
    {
        var centre = (i % 3) switch { 0 => 1.2, 1 => -0.2, _ => 0.4 };
        var best = Math.Clamp(centre, 0, 1);
        return (x - best) * (x + best - (2 * centre));
    }

    private static double EllipsoidBox(double[][] rotation, double[] x)
    {
        double[] shifted = [.. Indexed(x).Select(v => v.X - ((v.I % 3) switch { 0 => 1.0, 1 => 0.0, _ => 0.4 }))];
        var slope = Indexed(shifted).Sum(v => (v.I % 3) switch { 0 => -v.X, 1 => v.X, _ => 0.0 });
        return Indexed(Rotate(rotation, shifted)).Sum(v => Math.Pow(10, 4.0 * v.I / (x.Length - 1)) * Square(v.X)) + slope;
    }

    private static double[] Rotate(double[][] rotation, double[] x)
    {
        var y = new double[x.Length];
        for (var i = 0; i < y.Length; i++)
        {
            for (var k = 0; k < y.Length; k++)
                y[i] += rotation[i][k] * x[k];
        }

        return y;
    }

    private static IEnumerable<(double X, int I)> Indexed(double[] x) => x.Select((value, i) => (value, i));

    private static double Square(double x) => x * x;
}
