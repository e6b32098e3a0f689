using Evo.Inference.Activations;

namespace Evo.Inference.Tests.Activations;

/// <summary>Keeps everything that it is shown.</summary>
internal sealed class Recorder(Func<int, ActivationSite, bool> wants) : IActivationVisitor
{
    public Dictionary<(int Layer, ActivationSite Site, int Sequence), float[]> Seen { get; } = [];

    public List<int> Done { get; } = [];

    /// <summary>Largest magnitude in rows that belong to no token.</summary>
    public float Padding { get; private set; }

    public int Tokens { get; private set; }

    public static Dictionary<(int Layer, ActivationSite Site, int Sequence), float[]> Of(IWeightReader model, IEnumerable<int[]> sequences, int workers = 0)
    {
        var recorder = new Recorder((_, _) => true);
        ActivationProbe.Run(model, [.. sequences.Select(sequence => (ReadOnlyMemory<int>)sequence)], recorder, workers);
        return recorder.Seen;
    }

    public bool Wants(int layer, ActivationSite site) => wants(layer, site);

    public void Visit(ActivationBatch batch)
    {
        var tokens = 0;
        for (var sequence = 0; sequence < batch.Sequences; sequence++)
        {
            var rows = batch.Of(sequence);
            tokens += rows.Length / batch.Width;
            Seen.Add((batch.Layer, batch.Site, batch.FirstSequence + sequence), rows.ToArray());
            var all = batch.Values.Slice(sequence * batch.PaddedLength * batch.Width, batch.PaddedLength * batch.Width);
            foreach (var value in all[rows.Length..])
                Padding = Math.Max(Padding, Math.Abs(value));
        }

        Assert.Equal(tokens, batch.Tokens);
        if ((batch.Layer, batch.Site) == (0, ActivationSite.Hidden))
            Tokens += tokens;
    }

    public void LayerDone(int layer) => Done.Add(layer);
}
