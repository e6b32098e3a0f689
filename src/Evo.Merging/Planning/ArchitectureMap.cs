using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// Which tensor of parent B stands for a tensor of parent A when their layers differ in number or width (arXiv:2605.14386, architecture mapper):
/// compatibility = ½ · type + 0.3 · dimension + 0.2 · parameters, matched greedily and one to one above a least score. Layers are aligned in depth,
/// ℓ_B = round(ℓ_A (L_B − 1) / (L_A − 1)), tensors within aligned layers matched. The terms and the least score are not public; these are the documented readings.
/// No tensor is projected: what has no partner of its own shape stays A's.
/// </summary>
internal static class ArchitectureMap
{
    public const double LeastScore = 0.7;

    private static readonly string[] StateSpaceWords = ["ssm", "mamba", "delta", "linear_attn", "recurrent"];

    /// <summary>Whether a model of the recipe is a parent B that has to be mapped: the last of a Darwin merge, of another architecture than the donor.</summary>
    public static bool IsNeeded(MergeRecipe recipe, IMergeMethod method, ParentIndex donor, ParentIndex model) =>
        method is Darwin && recipe.Models.Length > 0 && recipe.Models[^1].Model == model.Name && model != donor
        && (donor.Main.LayerCount != model.Main.LayerCount || ParentCompatibility.Difference(donor, model) is not null || DifferInWidth(donor.Main, model.Main));

    /// <summary>B as if it had A's tensors: A's names and layers, with B's tensors where there is a partner, and nothing elsewhere.</summary>
    /// <param name="leastScore">Matches below this score are none, in [0, 1].</param>
    public static ModuleIndex View(ParentIndex first, ParentIndex second, double leastScore = LeastScore)
    {
        var (ours, theirs) = (first.Main, second.Main);
        var sameTokens = SameTokens(first, second);
        return new ModuleIndex(
            ours.Name,
            Match([.. ours.Outside.Where(tensor => sameTokens || !tensor.IsVocabulary)], theirs.Outside, leastScore),
            [.. Enumerable.Range(0, ours.LayerCount).Select(layer => Match(ours.Layers[layer], theirs.Layers[Aligned(layer, ours.LayerCount, theirs.LayerCount)], leastScore))]);
    }

    /// <summary>The layer of B, of <paramref name="theirs"/>, that stands for a layer of A, of <paramref name="ours"/>.</summary>
    internal static int Aligned(int layer, int ours, int theirs) =>
        ours == 1 ? 0 : (int)Math.Round((double)layer * (theirs - 1) / (ours - 1), MidpointRounding.AwayFromZero);

    internal static double Score(IndexedTensor one, IndexedTensor other)
    {
        var (few, many) = (Math.Min(one.Info.ElementCount, other.Info.ElementCount), Math.Max(one.Info.ElementCount, other.Info.ElementCount));
        var type = Role(one) == Role(other) ? 1.0 : 0;
        var dimension = AreBroadcastable(one.Info.Shape, other.Info.Shape) && few > 0 ? Math.Max(0, 1 - Math.Log2((double)many / few)) : 0;
        return (0.5 * type) + (0.3 * dimension) + (0.2 * (many == 0 ? 1 : (double)few / many));
    }

    /// <summary>Best scores first; among equals the same part of the layer, then the same name, then the order of names.</summary>
    private static ImmutableArray<IndexedTensor> Match(ImmutableArray<IndexedTensor> ours, ImmutableArray<IndexedTensor> theirs, double leastScore)
    {
        var pairs = ours.SelectMany(one => theirs.Select(other => (One: one, Other: other, Score: Score(one, other))))
            .Where(pair => pair.Score >= leastScore && pair.One.Info.Shape.SequenceEqual(pair.Other.Info.Shape))
            .OrderByDescending(pair => pair.Score)
            .ThenByDescending(pair => pair.One.Place.Part == pair.Other.Place.Part)
            .ThenByDescending(pair => pair.One.Pattern == pair.Other.Pattern)
            .ThenBy(pair => pair.One.Pattern, StringComparer.Ordinal).ThenBy(pair => pair.Other.Pattern, StringComparer.Ordinal);
        var (matched, taken) = (new Dictionary<string, IndexedTensor>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (one, other, _) in pairs)
            if (!matched.ContainsKey(one.Pattern) && taken.Add(other.Pattern))
                matched.Add(one.Pattern, one with { Info = other.Info });
        return [.. matched.Values];
    }

    private static bool DifferInWidth(ModuleIndex donor, ModuleIndex model) =>
        donor.LayerCount > 0 && donor.Layers[0].Any(tensor => model.Find(0, tensor.Pattern) is { } other && !other.Info.Shape.SequenceEqual(tensor.Info.Shape));

    private static string Role(IndexedTensor tensor) =>
        Array.Exists(StateSpaceWords, word => tensor.Pattern.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "state space" : tensor.Place.Component.ToString();

    private static bool AreBroadcastable(ImmutableArray<long> one, ImmutableArray<long> other) =>
        one.Length == other.Length && one.Zip(other).All(axis => axis.First == axis.Second || axis.First == 1 || axis.Second == 1);

    /// <summary>Rows of embeddings correspond only where both tokenizers number their tokens alike.</summary>
    private static bool SameTokens(ParentIndex first, ParentIndex second) => (first.Tokenizer.Value?.Ids, second.Tokenizer.Value?.Ids) switch
    {
        (null, null) => true,
        ({ } ours, { } theirs) => ours.Count == theirs.Count && ours.All(token => theirs.TryGetValue(token.Key, out var id) && id == token.Value),
        _ => false,
    };
}
