namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// How far each eigen-direction of an interference objective goes from its start to its optimum: gradient descent stopped early, in closed form (SWUDI and its
/// relatives, github WalkerWorldPeace/MLLMerging). Fraction 0 keeps the start, 1 is the optimum.
/// </summary>
internal static class SpectralStopping
{
    public const string Adam = "adam";

    private const string Soft = "swudi_soft";
    private const string Truncated = "swudi";
    private const string Participation = "aswudi";
    private const string Exact = "exact";
    private const double SmallestEigenvalue = 1e-8; // of a matrix of trace N

    public static MethodParameter Kind { get; } = MethodParameter.OneOf(
        "stopping",
        "closed-form stopping on the strongest directions after a time (swudi), on all (swudi_soft), the optimum on as many directions as take part (aswudi), "
        + "the optimum itself (exact), or the authors' 300 steps of Adam (slow, for comparison)",
        Truncated, Soft, Participation, Exact, Adam);

    public static MethodParameter Time { get; } = new(
        "stopping_time", ParameterScope.Global, 300, 0, 1e12, 1, 1e4, "t of the fraction 1 − exp(−λt) that a direction goes; 0 is the plain sum");

    public static MethodParameter Ratio { get; } = new(
        "direction_ratio", ParameterScope.Global, 0.85, 0, 1, 0.2, 1, "swudi: fraction of the directions, the strongest, that leave their start");

    /// <summary>f of every direction.</summary>
    /// <param name="eigenvalues">Descending.</param>
    public static double[] Fractions(TensorParameters parameters, double[] eigenvalues)
    {
        var kind = parameters.Choice(Kind.Name);
        var time = parameters[Time.Name];
        var count = kind switch
        {
            Truncated => (int)Math.Ceiling(parameters[Ratio.Name] * eigenvalues.Length),
            Participation => Participating(eigenvalues),
            _ => eigenvalues.Length,
        };
        return [.. eigenvalues.Select((value, index) => index >= count ? 0
            : kind is Soft or Truncated ? -ExpMinusOne(-Math.Max(value, SmallestEigenvalue) * time)
            : value > SmallestEigenvalue ? 1 : 0)];
    }

    /// <summary>f/λ, with what is left of directions without eigenvalue.</summary>
    public static double[] OverEigenvalues(double[] fractions, double[] eigenvalues) =>
        [.. fractions.Zip(eigenvalues, (fraction, value) => fraction / Math.Max(value, SmallestEigenvalue))];

    /// <summary>eˣ − 1 without loss for small x.</summary>
    private static double ExpMinusOne(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;

    /// <summary>⌈(Σ√λ)² / Σλ⌉: the participation number of √λ.</summary>
    private static int Participating(double[] eigenvalues)
    {
        var there = eigenvalues.Where(value => value > SmallestEigenvalue).ToArray();
        var root = there.Sum(Math.Sqrt);
        return there.Length == 0 ? 0 : (int)Math.Ceiling((root * root / there.Sum()) - 1e-9);
    }
}
