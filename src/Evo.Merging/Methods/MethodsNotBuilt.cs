using System.Collections.Frozen;

namespace Evo.Merging.Methods;

/// <summary>What mergekit's catalogue has and this one does not have yet, so that a refusal can say so.</summary>
internal static class MethodsNotBuilt
{
    public static readonly FrozenSet<string> Names = new[]
    {
        "arcee_fusion", "breadcrumbs", "breadcrumbs_ties", "della", "della_linear", "karcher", "model_stock", "multislerp", "nearswap", "nuslerp",
        "ram", "ramplus_tl", "sce",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Their parameters: accepted beside another method, which ignores them as mergekit does.</summary>
    public static readonly FrozenSet<string> ParameterNames = new[]
    {
        "alpha", "epsilon", "filter_wise", "gamma", "max_iter", "nuslerp_flatten", "nuslerp_row_wise", "r", "select_topk", "tol",
    }.ToFrozenSet(StringComparer.Ordinal);
}
