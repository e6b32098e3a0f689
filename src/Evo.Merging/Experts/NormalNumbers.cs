using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Experts;

/// <summary>Standard normal numbers by index (Box and Muller's transform of counter-based draws).</summary>
internal static class NormalNumbers
{
    private const double Range = 4294967296.0;

    public static double At(MaskKey key, long index)
    {
        var (radius, angle) = ((key.Draw(2 * index) + 0.5) / Range, key.Draw((2 * index) + 1) / Range);
        return Math.Sqrt(-2 * Math.Log(radius)) * Math.Cos(2 * Math.PI * angle);
    }
}
