namespace Evo.Merging.Methods.Evolution;

/// <summary>
/// How the genes of a Darwin genome become the share of parent B in one tensor. The published systems agree on the fusion r = τ · r_MRI + (1 − τ) · r_genome; how
/// the ratio genes combine to r_genome is not public. All three readings stay in [0, 1] and give γ when component and block genes equal it.
/// </summary>
internal static class TrustFusion
{
    public const string Mean = "mean";
    public const string Residual = "residual";
    public const string ProductOdds = "product_odds";

    /// <param name="overall">γ, the overall share.</param>
    /// <param name="component">The share of the tensor's component.</param>
    /// <param name="block">The share of the tensor's depth block.</param>
    public static double GenomeRatio(string composition, double overall, double component, double block) => composition switch
    {
        Mean => (overall + component + block) / 3,
        Residual => Math.Clamp(component + block - overall, 0, 1),
        _ => Odds(component, block, overall),
    };

    public static double Fuse(double trust, double mri, double genome) => (trust * mri) + ((1 - trust) * genome);

    /// <summary>odds(c) · odds(b) / odds(γ), as a share. The genes are kept 10⁻⁶ away from 0 and 1, where odds are no numbers.</summary>
    private static double Odds(double component, double block, double overall)
    {
        var logit = Logit(component) + Logit(block) - Logit(overall);
        return 1 / (1 + Math.Exp(-logit));

        static double Logit(double share) => Math.Clamp(share, 1e-6, 1 - 1e-6) is var inside ? Math.Log(inside / (1 - inside)) : 0;
    }
}
