namespace Evo.Inference.Activations;

/// <summary>Looks at activations as a model produces them: layer after layer, and within a layer batch after batch, always in the same order.</summary>
public interface IActivationVisitor
{
    /// <summary>Asked before a layer is run; what nobody wants is not computed as an output.</summary>
    bool Wants(int layer, ActivationSite site);

    /// <summary>One site of one batch. The values are gone when this returns.</summary>
    void Visit(ActivationBatch batch);

    /// <summary>All sequences have passed the layer (−1: the embeddings). Whatever is gathered by layer can be put away now.</summary>
    void LayerDone(int layer)
    {
    }
}

/// <summary>The activations of several sequences at one site.</summary>
public readonly ref struct ActivationBatch
{
    private readonly ReadOnlySpan<int> _lengths;

    internal ActivationBatch(int layer, ActivationSite site, int width, int paddedLength, int firstSequence, ReadOnlySpan<int> lengths, Span<float> values)
    {
        Layer = layer;
        Site = site;
        Width = width;
        PaddedLength = paddedLength;
        FirstSequence = firstSequence;
        _lengths = lengths;
        Values = values;
    }

    public int Layer { get; }

    public ActivationSite Site { get; }

    /// <summary>Channels.</summary>
    public int Width { get; }

    /// <summary>Rows that each sequence takes in <see cref="Values"/>.</summary>
    public int PaddedLength { get; }

    /// <summary>Number in the call of the first sequence; the others follow it.</summary>
    public int FirstSequence { get; }

    public int Sequences => _lengths.Length;

    /// <summary>[sequences · padded length, width]; rows of padding are zero, so that sums over all rows are sums over tokens.</summary>
    public Span<float> Values { get; }

    /// <summary>Rows of <see cref="Values"/> that are tokens.</summary>
    public int Tokens
    {
        get
        {
            var sum = 0;
            foreach (var length in _lengths)
                sum += length;
            return sum;
        }
    }

    /// <summary>One sequence's activations, [tokens, width].</summary>
    public ReadOnlySpan<float> Of(int sequence) =>
        Values.Slice(checked(sequence * PaddedLength * Width), _lengths[sequence] * Width);
}
