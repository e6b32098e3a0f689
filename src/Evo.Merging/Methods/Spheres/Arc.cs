namespace Evo.Merging.Methods.Spheres;

/// <summary>Spherical interpolation of two vectors by their inner products.</summary>
internal static class Arc
{
    private const double SmallestNorm = 1e-7;

    /// <summary>Inner products in float64 leave this much doubt about the angle of parallel vectors, so that a smaller sine means 0.</summary>
    private const double SmallestSine = 1e-7;

    /// <summary>
    /// The coefficients of x and y at t: sin((1 - t)φ)/sin φ and sin(tφ)/sin φ, with φ the angle between them; 1 - t and t where sin φ is 0. A vector of norm 0 is
    /// perpendicular to all.
    /// </summary>
    public static (double X, double Y) Between(double xx, double yy, double xy, double t)
    {
        var cosine = xy / (Math.Max(Math.Sqrt(xx), SmallestNorm) * Math.Max(Math.Sqrt(yy), SmallestNorm));
        var angle = Math.Acos(Math.Clamp(cosine, -1, 1));
        var sine = Math.Sin(angle);
        return sine < SmallestSine ? (1 - t, t) : (Math.Sin((1 - t) * angle) / sine, Math.Sin(t * angle) / sine);
    }
}
