namespace Evo.Merging.Methods;

/// <summary>Parameters that several methods declare alike.</summary>
internal static class CommonParameters
{
    public const double LargestWeight = 1e6;

    public static MethodParameter Weight(double suggestedMaximum) => new(
        "weight", ParameterScope.PerModel, null, -LargestWeight, LargestWeight, 0, suggestedMaximum, "share of the model");

    public static MethodParameter Density(double suggestedMinimum) => new(
        "density", ParameterScope.PerModel, 1, 0, 1, suggestedMinimum, 1, "fraction of the task vector's elements that is kept");

    public static MethodParameter Normalize(bool byDefault) => Switch(
        "normalize", byDefault, "divide by the sum of the weights");

    public static MethodParameter Rescale(bool byDefault) => Switch(
        "rescale", byDefault, "scale what is kept back to the L1 norm of the whole task vector");

    public static MethodParameter Lambda { get; } = new(
        "lambda", ParameterScope.Global, 1, -LargestWeight, LargestWeight, 0.2, 2, "factor on the merged task vector");

    public static MethodParameter Int8Mask { get; } =
        Switch("int8_mask", false, "storage type of mergekit's sign mask; without influence") with { IsInert = true };

    public const string MergekitCompatName = "mergekit_compat";

    /// <summary>The switch of the methods whose steps it rounds.</summary>
    /// <param name="kept">Which other of mergekit's defects is kept.</param>
    public static MethodParameter MergekitSteps(string? kept = null) => MergekitCompat(
        $"with a 16-bit dtype every step is rounded to it{(kept is null ? "" : $"; {kept}")}");

    /// <param name="kept">Which of mergekit's defects is kept.</param>
    public static MethodParameter MergekitCompat(string kept) =>
        Switch(MergekitCompatName, false, $"keep mergekit's number where it is a defect: {kept}");

    public static MethodParameter Switch(string name, bool byDefault, string description) => new(
        name, ParameterScope.Global, byDefault ? 1 : 0, 0, 1, 0, 1, description, IsBoolean: true);
}
