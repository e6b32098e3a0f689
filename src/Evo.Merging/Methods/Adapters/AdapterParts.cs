using Evo.Checkpoints.Adapters;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Adapters;

/// <summary>Common parts of the methods in adapter space.</summary>
internal static class AdapterParts
{
    public static MethodParameter Rank { get; } = new(
        "rank", ParameterScope.Global, 0, 0, 1 << 16, 4, 64,
        "rank that the merged update of every matrix is compressed to by truncated singular values; 0 keeps it exact, with the sum of the adapters' ranks");

    public static IEnumerable<int> OfChange(TensorInputs inputs, AdapterChange change) =>
        Enumerable.Range(0, inputs.ModelCount).Where(model => inputs.Adapter(model).Change == change);

    /// <summary>Models that are no low-rank updates of the base, and not the base.</summary>
    public static IEnumerable<int> Dense(TensorInputs inputs) =>
        Enumerable.Range(0, inputs.ModelCount).Where(model => inputs.Adapter(model).Change is AdapterChange.NoAdapter or AdapterChange.Dense);

    public static LowRankProduct Compressed(LowRankProduct product, TensorInputs inputs, TensorParameters parameters) =>
        parameters["rank"] > 0 ? RankCompression.Of(product, (int)parameters["rank"], inputs.Algebra) : product;

    /// <summary>Ranks of the models' updates of a tensor.</summary>
    public static IEnumerable<int> Ranks(TensorInputs inputs) =>
        OfChange(inputs, AdapterChange.LowRank).Select(model => inputs.Adapter(model).Data!.Update!.Rank);

    public static int Limited(int rank, TensorParameters parameters) => parameters["rank"] > 0 ? Math.Min(rank, (int)parameters["rank"]) : rank;
}
