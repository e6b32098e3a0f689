namespace Evo.Merging.Calibration;

/// <summary>What is known of a model from running it on calibration text, or from its training.</summary>
[Flags]
public enum CalibrationKinds
{
    None = 0,

    /// <summary>Of each input channel x of a linear map: mean |x| and mean x².</summary>
    Channels = 1,

    /// <summary>Of each linear map: the mean of x xᵀ over its inputs.</summary>
    Grams = 2,

    /// <summary>Of each weight inside the layers: the diagonal Fisher information.</summary>
    Fisher = 4,

    /// <summary>Of each weight: Adam's second moment of its gradient (<c>exp_avg_sq</c>), from a file that the recipe names.</summary>
    OptimizerState = 8,
}

/// <summary>What a method reads to merge a tensor.</summary>
/// <param name="OfModels">Of every model.</param>
/// <param name="OfBase">Of the base.</param>
public readonly record struct CalibrationNeeds(CalibrationKinds OfModels, CalibrationKinds OfBase = CalibrationKinds.None)
{
    public bool IsNone => (OfModels | OfBase) == CalibrationKinds.None;

    public static CalibrationNeeds operator |(CalibrationNeeds left, CalibrationNeeds right) =>
        new(left.OfModels | right.OfModels, left.OfBase | right.OfBase);
}
