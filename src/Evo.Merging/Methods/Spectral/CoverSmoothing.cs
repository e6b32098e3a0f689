namespace Evo.Merging.Methods.Spectral;

/// <summary>How DC-Merge smooths the energy of a task's kept singular values; their sum stays.</summary>
internal readonly record struct CoverSmoothing(string Rule, double Largest)
{
    private const string None = "none";
    private const string Linear = "linear";
    private const string Mean = "average";

    public static MethodParameter Kind { get; } = MethodParameter.OneOf(
        "smoothing", "a task's kept singular values: as they are (fully fine-tuned models), falling linearly, or all equal (low-rank adapters)", None, Linear, Mean);

    public static MethodParameter Ratio { get; } = new(
        "smoothing_ratio", ParameterScope.Global, 5, 1, 1e6, 1, 20, "linear smoothing: the most that the first singular value may be of the last; 1 makes all equal");

    public static CoverSmoothing Of(TensorParameters parameters) =>
        new(parameters.Choice(Kind.Name), parameters.Choice(Kind.Name) == Linear ? parameters[Ratio.Name] : 1);

    /// <summary>The smoothed values: Σσ/r each, or in proportion to r numbers falling evenly from min(ρ, σ₁/σᵣ) to 1.</summary>
    public double[] Of(double[] values)
    {
        if (Rule == None || values.Length < 2)
            return values;
        var first = Math.Min(Largest, values[0] / values[^1]);
        var shares = Enumerable.Range(0, values.Length).Select(index => first + ((1 - first) * index / (values.Length - 1))).ToArray();
        var scale = values.Sum() / shares.Sum();
        return Array.ConvertAll(shares, share => share * scale);
    }
}
