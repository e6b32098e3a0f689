namespace Evo.Merging.Methods.Interpolation;

/// <summary>
/// The share of the second model in every layer of a swap (arXiv:2410.01335): 1 in the lowest and highest layers, <paramref name="Mix"/> in the transition layers
/// beside them, 0 between. Counts need not be whole: a layer that is covered in part takes part of the share, so that the profile moves continuously.
/// </summary>
/// <param name="Bottom">Layers taken from the second model at the bottom.</param>
/// <param name="Top">The same at the top.</param>
/// <param name="Width">Transition layers inside each of the two; without effect at an end where nothing is taken.</param>
/// <param name="Mix">Share of the second model in a transition layer; ½ in the paper.</param>
internal readonly record struct LayerProfile(double Bottom, double Top, double Width, double Mix)
{
    public bool IsEmpty => Bottom <= 0 && Top <= 0;

    /// <summary>Share of the second model in a layer, in [0, 1].</summary>
    public double At(int layer, int layers) => Math.Max(FromEnd(layer, Bottom), FromEnd(layers - 1 - layer, Top));

    private double FromEnd(int distance, double taken)
    {
        if (taken <= 0)
            return 0;
        var whole = Math.Clamp(taken - distance, 0, 1);
        return whole + (Mix * (Math.Clamp(taken + Width - distance, 0, 1) - whole));
    }
}
