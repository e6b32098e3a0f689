using System.Globalization;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>Card C1 from the genome to the child on random parents, once more in float64: signals, ranks, shares, transplants, kernels.</summary>
public sealed class DarwinComparisonTests
{
    private const int Layers = 3;
    private const string Genome = "global_ratio: 0.4, attn_ratio: 0.15, ffn_ratio: 0.8, embed_ratio: 0.3, block_0_ratio: 0.2, block_2_ratio: 0.7, block_4_ratio: 0.55";

    private static readonly double[] BlockOfLayer = [.2, .7, .55]; // of six blocks: ⌊6ℓ/3⌋
    private static readonly double[][] Probes = [[.1, .35, .2], [.3, .15, .25]];

    private static readonly string[] Tensors =
    [
        Names.Embedding, Names.FinalNorm, Names.Head,
        .. Enumerable.Range(0, Layers).SelectMany(layer => new[] { Names.Query(layer), Names.Up(layer), Names.Norm(layer) }),
    ];

    [Theory]
    [InlineData("linear", 0, false)]
    [InlineData("linear", .6, false)]
    [InlineData("linear", .6, true)]
    [InlineData("slerp", .45, true)]
    [InlineData("dare_ties", .45, false)]
    public void The_child_is_what_the_genes_say(string kernel, double trust, bool isProbed)
    {
        var (start, a, b) = (Random(1), Random(2), Random(3));
        using var scene = new MergeScene(("base", Model(start)), ("a", Model(a)), ("b", Model(b)));
        string Parent(string name, int parent) => isProbed
            ? string.Create(CultureInfo.InvariantCulture, $"{{model: {name}, parameters: {{probe: [{Probes[parent][0]}, {Probes[parent][1]}, {Probes[parent][2]}]}}}}")
            : $"{{model: {name}}}";
        var merged = scene.Merge(string.Create(
            CultureInfo.InvariantCulture,
            $"{{merge_method: darwin, base_model: base, models: [{Parent("a", 0)}, {Parent("b", 1)}], parameters: {{{Genome}, mri_trust: {trust}, darwin_kernel: {kernel}, transplant_low: 0.3, transplant_high: 0.7}}}}"),
            workers: 2);
        var transplants = 0;
        foreach (var name in Tensors)
        {
            var mri = Mri(name, a, b, isProbed);
            var ratio = (trust * mri) + ((1 - trust) * Genes(name));
            transplants += mri is < .3 or > .7 ? 1 : 0;
            double[] expected = mri < .3 ? Wide(a[name]) : mri > .7 ? Wide(b[name]) : kernel switch
            {
                "slerp" => ReferenceMethods.Slerp(Wide(a[name]), Wide(b[name]), ratio),
                _ => ReferenceMethods.Sum(
                    Wide(start[name]), [Scaled(a[name], start[name], 1 - ratio), Scaled(b[name], start[name], ratio)], [], elect: kernel == "dare_ties", normalize: false, 1),
            };
            Near.Equal(expected, merged[name], 2e-6);
        }

        Assert.InRange(transplants, 1, Tensors.Length - 3); // both branches are taken
    }

    private static double Genes(string tensor)
    {
        var component = tensor switch
        {
            Names.Embedding or Names.Head => .3,
            _ when tensor.Contains("self_attn", StringComparison.Ordinal) => .15,
            _ when tensor.Contains("mlp", StringComparison.Ordinal) => .8,
            _ => .4,
        };
        return (.4 + component + (Layer(tensor) is { } layer ? BlockOfLayer[layer] : .4)) / 3;
    }

    /// <summary>Ranks among the tensors of one kind over both parents: ½ entropy + 0.3 deviation + 0.2 norm, and 0.4 of that with 0.6 of the probe's.</summary>
    private static double Mri(string tensor, Dictionary<string, float[]> a, Dictionary<string, float[]> b, bool isProbed)
    {
        var kind = Tensors.Where(other => Kind(other) == Kind(tensor)).ToArray();
        float[][] all = [.. kind.Select(name => a[name]), .. kind.Select(name => b[name])];
        double[] probes = [.. kind.Select(name => Probe(name, 0)), .. kind.Select(name => Probe(name, 1))];
        var statics = Rank([.. all.Select(Entropy)]).Zip(Rank([.. all.Select(Deviation)]), Rank([.. all.Select(Norm)]))
            .Select(ranks => (.5 * ranks.First) + (.3 * ranks.Second) + (.2 * ranks.Third));
        var scores = isProbed ? statics.Zip(Rank(probes), (own, probe) => (.4 * own) + (.6 * probe)).ToArray() : statics.ToArray();
        var place = Array.IndexOf(kind, tensor);
        return scores[kind.Length + place] / (scores[place] + scores[kind.Length + place]);
    }

    /// <summary>Of a tensor's layer; the first one's for what is outside the layers, as gradients have it, but the last one's for the head.</summary>
    private static double Probe(string tensor, int parent) => Probes[parent][tensor == Names.Head ? Layers - 1 : Layer(tensor) ?? 0];

    private static double[] Rank(double[] values) =>
        [.. values.Select(value => (values.Count(other => other < value) + ((values.Count(other => other == value) - 1) / 2.0) + .5) / values.Length)];

    private static double Entropy(float[] values)
    {
        var (least, most) = ((double)values.Min(), (double)values.Max());
        var shares = values.GroupBy(value => Math.Min(255, (int)((value - least) * (256 / (most - least))))).Select(bin => (double)bin.Count() / values.Length);
        return -Math.Round(shares.Sum(share => share * Math.Log2(share)), 9); // many of so few elements have equal entropies
    }

    private static double Deviation(float[] values) => Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(other => (double)other), 2)));

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    private static int? Layer(string tensor) => tensor.Contains("layers.", StringComparison.Ordinal) ? tensor["model.layers.".Length] - '0' : null;

    private static string Kind(string tensor) => Layer(tensor) is { } layer ? tensor.Replace($".{layer}.", ".", StringComparison.Ordinal) : tensor;

    private static double[] Wide(float[] values) => [.. values.Select(value => (double)value)];

    private static double[] Scaled(float[] values, float[] start, double share) => [.. values.Zip(start, (value, from) => share * (double)(value - from))];

    private static Dictionary<string, float[]> Random(int seed)
    {
        var random = new Random(seed);
        return Tensors.ToDictionary(name => name, _ =>
        {
            var size = .5 + random.NextDouble();
            return Enumerable.Range(0, 48).Select(_ => (float)(size * (random.NextDouble() - .4))).ToArray();
        });
    }

    private static TinyModel Model(Dictionary<string, float[]> values)
    {
        var model = new TinyModel().Set("num_hidden_layers", Layers).Set("tie_word_embeddings", false).Set("vocab_size", 8).Set("hidden_size", 6);
        foreach (var (name, numbers) in values)
            model.With(name, name.Contains("norm", StringComparison.Ordinal) ? [48] : [8, 6], numbers);
        return model;
    }
}
