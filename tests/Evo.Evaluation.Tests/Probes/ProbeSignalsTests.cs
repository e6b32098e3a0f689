using System.Collections.Immutable;
using Evo.Evaluation.Probes;
using Evo.Evaluation.Tests.Calibration;
using Evo.Inference.Activations;
using Evo.Inference.Tokenizers;
using Evo.Merging;

namespace Evo.Evaluation.Tests.Probes;

public sealed class ProbeSignalsTests
{
    [Fact]
    public void There_are_six_sets_of_our_own()
    {
        Assert.Equal(["REASONING", "CODE", "MATH", "KNOWLEDGE", "LANGUAGE", "GENERIC"], ProbeSets.BuiltIn.Select(set => set.Name));
        Assert.All(ProbeSets.BuiltIn, set => Assert.InRange(set.Texts.Length, 12, 100));
        Assert.Contains("return result", ProbeSets.BuiltIn[1].Texts[0], StringComparison.Ordinal); // a text may have several lines
    }

    [Fact]
    public void A_folder_replaces_sets_and_adds_its_own()
    {
        using var scene = new CalibrationScene();
        var folder = Directory.CreateDirectory(Path.Combine(scene.Folder, "probes")).FullName;
        File.WriteAllText(Path.Combine(folder, "math.txt"), "1+1=2\n\n2+2=4");
        File.WriteAllText(Path.Combine(folder, "law.jsonl"), "{\"text\": \"The court finds for the plaintiff.\"}");

        var sets = ProbeSets.Read(folder);

        Assert.Equal([.. ProbeSets.Names, "LAW"], sets.Select(set => set.Name));
        Assert.Equal(["1+1=2", "2+2=4"], sets[2].Texts.ToArray());
        Assert.Equal(ProbeSets.BuiltIn[0], sets[0]);
        Assert.Throws<RecipeException>(() => ProbeSets.Read(Path.Combine(folder, "nowhere")));
    }

    [Fact]
    public void Signals_are_cosine_distances_of_mean_hidden_states()
    {
        using var scene = new CalibrationScene();
        using var tokenizer = NativeTokenizer.Open(scene.Base);
        var weights = new FolderWeights(scene.Parents[scene.Base]);
        ImmutableArray<ProbeSet> sets = [new("SUMS", ["add 1+2=3", "add 40+2=42"]), new(ProbeSets.Generic, ["the sun is in the sky", "a cat sits"])];
        var signals = ProbeSignals.Compute(weights, tokenizer, sets);

        var means = sets.Select(set => MeansByLayer(weights, tokenizer, set)).ToArray();
        Assert.Equal(["SUMS"], signals.Sets.ToArray());
        Assert.Equal(6, signals.Layers);
        for (var layer = 0; layer < 6; layer++)
        {
            double Dot(double[] one, double[] other) => one.Zip(other, (x, y) => x * y).Sum();
            var (kind, generic) = (means[0][layer], means[1][layer]);
            Assert.Equal(1 - (Dot(kind, generic) / Math.Sqrt(Dot(kind, kind) * Dot(generic, generic))), signals.Of("SUMS")[layer], 1e-9);
            Assert.InRange(signals.Of("SUMS")[layer], 1e-4, 2);
        }
    }

    [Fact]
    public void Equal_texts_have_no_distance_and_workers_do_not_change_a_bit()
    {
        using var scene = new CalibrationScene();
        using var tokenizer = NativeTokenizer.Open(scene.Base);
        var weights = new FolderWeights(scene.Parents[scene.Base]);
        var generic = ProbeSets.BuiltIn[^1];
        var same = ProbeSignals.Compute(weights, tokenizer, [new("SAME", generic.Texts), generic]);
        Assert.All(same.Of("SAME"), distance => Assert.InRange(distance, 0, 1e-12));

        var one = ProbeSignals.Compute(weights, tokenizer, ProbeSets.BuiltIn, workers: 1);
        var five = ProbeSignals.Compute(weights, tokenizer, ProbeSets.BuiltIn, workers: 5);
        Assert.Equal(one.ByLayer.SelectMany(layer => layer), five.ByLayer.SelectMany(layer => layer));
        Assert.All(one.ByLayer.SelectMany(layer => layer), distance => Assert.InRange(distance, 0, 2));
    }

    [Fact]
    public void Means_may_be_weighted_by_what_a_merge_is_for()
    {
        var signals = new ProbeSignals(["A", "B"], [[0.1, 0.3], [0.5, 0.1]]);

        Assert.Equal([0.2, 0.3], signals.Mean().Select(value => Math.Round(value, 12)));
        Assert.Equal([0.25, 0.2], signals.Mean(new Dictionary<string, double> { ["A"] = 1, ["B"] = 3 }).Select(value => Math.Round(value, 12)));
        Assert.Throws<ArgumentException>(() => signals.Mean(new Dictionary<string, double> { ["C"] = 1 }));
        Assert.Throws<ArgumentException>(() => signals.Mean(new Dictionary<string, double> { ["A"] = 0 }));
        Assert.Throws<ArgumentException>(() => signals.Of("C"));
    }

    private static double[][] MeansByLayer(IWeightReader weights, NativeTokenizer tokenizer, ProbeSet set)
    {
        var visitor = new Sums();
        ActivationProbe.Run(weights, [.. set.Texts.Select(text => (ReadOnlyMemory<int>)
            (tokenizer.BeginOfText is { } begin ? [begin, .. tokenizer.Encode(text)] : tokenizer.Encode(text).ToArray()))], visitor);
        return [.. visitor.Layers];
    }

    private sealed class Sums : IActivationVisitor
    {
        public double[][] Layers { get; } = [.. Enumerable.Range(0, 6).Select(_ => new double[128])];

        public bool Wants(int layer, ActivationSite site) => site == ActivationSite.Hidden;

        public void Visit(ActivationBatch batch)
        {
            if (batch.Layer < 0)
                return;
            for (var sequence = 0; sequence < batch.Sequences; sequence++)
            {
                var rows = batch.Of(sequence);
                for (var at = batch.Width; at < rows.Length; at++)
                    Layers[batch.Layer][at % batch.Width] += rows[at];
            }
        }
    }
}
