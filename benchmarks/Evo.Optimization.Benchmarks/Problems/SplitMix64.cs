namespace Evo.Optimization.Benchmarks.Problems;

/// <summary>SplitMix64 as the reference implementations used it: their start points and rotations come from it, bit for bit.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Sum of twelve uniforms minus six: nearly normal.</summary>
    public double IrwinHall()
    {
        var sum = 0.0;
        for (var k = 0; k < 12; k++)
            sum += Uniform();
        return sum - 6.0;
    }

    /// <summary>Start point of a run on an unbounded function: uniform in [-4, 4]^n.</summary>
    public static double[] StartPoint(int n, int run)
    {
        var stream = new SplitMix64((ulong)((1000 * n) + run));
        return [.. Enumerable.Range(0, n).Select(_ => -4 + (8 * stream.Uniform()))];
    }

    /// <summary>Start point of a run on a box problem: uniform in [0, 1]^n.</summary>
    public static double[] BoxStartPoint(int n, int run)
    {
        var stream = new SplitMix64((ulong)((1000 * n) + run));
        return [.. Enumerable.Range(0, n).Select(_ => stream.Uniform())];
    }

    /// <summary>The orthonormal matrix of the rotated functions: Gram-Schmidt on random rows.</summary>
    public static double[][] Rotation(int n)
    {
        var stream = new SplitMix64((ulong)(7000 + n));
        double[][] rows = [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, n).Select(_ => stream.IrwinHall()).ToArray())];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var along = 0.0;
                for (var k = 0; k < n; k++)
                    along += rows[i][k] * rows[j][k];
                for (var k = 0; k < n; k++)
                    rows[i][k] -= along * rows[j][k];
            }

            var squares = 0.0;
            foreach (var value in rows[i])
                squares += value * value;
            var length = Math.Sqrt(squares);
            for (var k = 0; k < n; k++)
                rows[i][k] /= length;
        }

        return rows;
    }
}
