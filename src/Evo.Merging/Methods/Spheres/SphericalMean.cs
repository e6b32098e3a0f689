using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spheres;

/// <summary>The Karcher mean of directions, by gradient descent with unit steps (exponential map of the mean logarithm), in the space of coefficients.</summary>
internal static class SphericalMean
{
    /// <summary>A direction opposed to the mean has no logarithm: its angle is kept this far below π.</summary>
    private const double LargestAngle = Math.PI - 1e-3;

    /// <summary>The coefficients cᵢ of the mean s·u = Σ cᵢxᵢ, s the mean norm. A vector of norm <paramref name="tolerance"/> or less has no direction.</summary>
    public static double[] Coefficients(GramMatrix gram, int count, int iterations, double tolerance)
    {
        var norms = Enumerable.Range(0, count).Select(gram.Norm).ToArray();
        var directed = Enumerable.Range(0, count).Where(i => norms[i] > tolerance).ToArray();
        var mean = new double[count];
        if (directed.Length == 0)
            return mean;
        foreach (var i in directed)
            mean[i] = 1.0 / directed.Length / norms[i];
        if (Norm(gram, mean) <= tolerance)
        {
            Array.Clear(mean);
            mean[directed[0]] = 1 / norms[directed[0]];
        }

        Normalize(gram, mean);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var tangent = Tangent(gram, mean, directed, norms, tolerance);
            var step = Norm(gram, tangent);
            if (step < tolerance || step == 0)
                break;
            for (var i = 0; i < count; i++)
                mean[i] = (Math.Cos(step) * mean[i]) + (Math.Sin(step) / step * tangent[i]);
            Normalize(gram, mean);
        }

        var length = norms.Sum() / count;
        return [.. mean.Select(coefficient => coefficient * length)];
    }

    /// <summary>The mean logarithm: Σ αᵢ (φᵢ / sin φᵢ)(uᵢ - cos φᵢ · u).</summary>
    private static double[] Tangent(GramMatrix gram, double[] mean, int[] directed, double[] norms, double tolerance)
    {
        var tangent = new double[mean.Length];
        foreach (var i in directed)
        {
            var cosine = 0.0;
            for (var j = 0; j < mean.Length; j++)
                cosine += mean[j] * gram[i, j] / norms[i];
            var angle = Math.Min(LargestAngle, Math.Acos(Math.Clamp(cosine, -1, 1)));
            if (angle < tolerance || angle == 0)
                continue;
            var share = angle / Math.Sin(angle) / directed.Length;
            tangent[i] += share / norms[i];
            for (var j = 0; j < mean.Length; j++)
                tangent[j] -= share * cosine * mean[j];
        }

        return tangent;
    }

    private static double Norm(GramMatrix gram, double[] vector) => Math.Sqrt(Math.Max(0, gram.Product(vector, vector)));

    private static void Normalize(GramMatrix gram, double[] vector)
    {
        var norm = Norm(gram, vector);
        for (var i = 0; i < vector.Length; i++)
            vector[i] /= norm;
    }
}
