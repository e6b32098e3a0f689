using System.Globalization;
using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>Models with one tensor of several pieces and segments, with odd ends and many equal magnitudes, among small ones.</summary>
internal static class LargeScene
{
    private const int Rows = 1031;
    private const int Columns = 1201; // 1.24 million elements: more than one segment

    /// <summary>Methods that work on elements and rows; those that factorise or solve whole matrices are tried on small ones, in their own specifications.</summary>
    public static IEnumerable<IMergeMethod> Methods =>
        MergeMethods.All.Where(method => method is not (SpectralMethod or RegMean or LotMerging or BayesianMerging));

    /// <summary>A base and models named one, two, three and four.</summary>
    public static MergeScene Create(ElementType type = ElementType.BF16, int models = 2) =>
        new([("base", Model(1, type)), .. new[] { "one", "two", "three", "four" }.Take(models).Select((name, index) => (name, Model(index + 2, type)))]);

    public static string Recipe(string method, double density = 0.6, string more = "")
    {
        var needs = MergeMethods.Find(method)!.Needs;
        var models = string.Create(
            CultureInfo.InvariantCulture, $"{{model: one, parameters: {{weight: 0.5, density: {density}}}}}{(needs.MaximumModels == 1 ? "" : ", {model: two, parameters: {weight: 0.7, density: 0.8}}")}");
        var parameters = method switch
        {
            "slerp" => "{t: [0.2, 0.7]}",
            "nearswap" => "{t: 0.1}",
            "sce" => "{select_topk: 0.5}",
            "ties" or "dare_ties" => "{rescale: true}",
            _ => "{}",
        };
        return $"{{merge_method: {method}, {(needs.NeedsBase ? "base_model: base, " : "")}models: [{models}], parameters: {parameters}{more}}}";
    }

    public static void SameBits(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, values) in expected)
            Assert.True(MemoryMarshal.AsBytes<float>(values).SequenceEqual(MemoryMarshal.AsBytes<float>(actual[name])), $"'{name}' differs");
    }

    private static TinyModel Model(int seed, ElementType type)
    {
        var random = new Random(seed);
        return new TinyModel().With(Names.Norm(0), [67], Values(67), type).With(Names.Up(0), [Rows, Columns], Values(Rows * Columns), type);

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(-40, 41) / 64f)];
    }
}
