using System.Collections.Immutable;
using System.Globalization;
using Evo.Checkpoints.Architectures;

namespace Evo.Merging.Methods.Evolution;

/// <summary>
/// The genes by the names of the released result cards: 4 ratios, 2 densities, 6 depth blocks (some releases have 8 or 10), the trust in the diagnosis and
/// the selector of the kernel make 14.
/// </summary>
internal static class DarwinGenes
{
    public const int MostBlocks = 10;
    public const string TransplantOff = "off";
    public const string TransplantByMri = "mri";
    public const string TransplantByFinal = "final";

    public static ImmutableArray<MethodParameter> Parameters { get; } =
    [
        Ratio("global_ratio", "overall share of parent B (γ)"),
        Ratio("attn_ratio", "share of B in attention"),
        Ratio("ffn_ratio", "share of B in the feed-forward blocks"),
        Ratio("embed_ratio", "share of B in embeddings and head"),
        Density("density_a", "fraction of A's task vector that is kept"),
        Density("density_b", "fraction of B's task vector that is kept"),
        .. Enumerable.Range(0, MostBlocks).Select(block => Ratio(
            BlockName(block), string.Create(CultureInfo.InvariantCulture, $"share of B in depth block {block}; used when 'depth_blocks' is greater"))),
        Ratio("mri_trust", "weight of the diagnosis against the genes (τ)"),
        Ratio("merge_method_weight", "selects the kernel where 'darwin_kernel' is 'genome': below 1/3 dare_ties, above slerp"),
        new("depth_blocks", ParameterScope.Global, 6, 1, MostBlocks, 1, MostBlocks, "equal depth blocks, each with a gene of its own"),
        MethodParameter.OneOf("darwin_kernel", "how the two task vectors are merged at the share", "genome", "linear", "dare_ties", "slerp"),
        MethodParameter.OneOf("composition", "how ratio genes combine; not public, all readings documented", TrustFusion.Mean, TrustFusion.Residual, TrustFusion.ProductOdds),
        MethodParameter.OneOf(
            "transplant", "copy a tensor from one parent where the share passes a threshold: never, by the diagnosis, or by the final share",
            TransplantByMri, TransplantByFinal, TransplantOff),
        new("transplant_low", ParameterScope.Global, 0.15, 0, 1, 0.05, 0.3, "below this share the tensor is A's own"),
        new("transplant_high", ParameterScope.Global, 0.85, 0, 1, 0.7, 0.95, "above this share the tensor is B's own"),
        new("mri_static_weight", ParameterScope.Global, 0.4, 0, 1, 0, 1, "weight of the static signals against the probes"),
        MethodParameter.OneOf("mri_terms", "static and probe terms by rank among tensors of one kind, or as published", "rank", "raw"),
        new(
            "probe", ParameterScope.PerModel, 0, 0, 2, 0, 2,
            "the model's probe signal by layer, as a gradient with one value a layer; 'evo mri' prints it. Left out: static signals alone"),
        new("map_threshold", ParameterScope.Global, 0.7, 0, 1, 0.6, 0.9, "least compatibility at which tensors of parents of different architecture are merged"),
        CommonParameters.Switch("rescale", true, "divide what the densities keep by the density"),
        new("seed", ParameterScope.Global, 0, 0, int.MaxValue, 0, int.MaxValue, "key of the random masks; common to all candidates, nested in density"),
    ];

    /// <summary>r_genome of a tensor.</summary>
    /// <param name="layers">Layers of the merged model.</param>
    public static double RatioOf(TensorPlace place, int layers, TensorParameters genes)
    {
        var overall = genes["global_ratio"];
        var component = place.Component switch
        {
            Component.Attention => genes["attn_ratio"],
            Component.Mlp => genes["ffn_ratio"],
            Component.Embedding or Component.Head => genes["embed_ratio"],
            _ => overall,
        };
        var block = place.Layer is { } layer ? genes[BlockName((int)((long)genes["depth_blocks"] * layer / layers))] : overall;
        return TrustFusion.GenomeRatio(genes.Choice("composition"), overall, component, block);
    }

    private static string BlockName(int block) => string.Create(CultureInfo.InvariantCulture, $"block_{block}_ratio");

    private static MethodParameter Ratio(string name, string description) => new(name, ParameterScope.Global, 0.5, 0, 1, 0, 1, description);

    private static MethodParameter Density(string name, string description) => new(name, ParameterScope.Global, 1, 0, 1, 0.1, 1, description);
}
