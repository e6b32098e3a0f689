namespace Evo.Inference.Activations;

/// <summary>Takes the statistics of linear maps' inputs, layer after layer.</summary>
public interface IStatisticsSink
{
    /// <summary>The statistics of one site. They are gone when this returns.</summary>
    void Take(SiteStatistics statistics);
}

/// <summary>What is known of the inputs of linear maps at one site, over all tokens.</summary>
public sealed class SiteStatistics
{
    private readonly GramAccumulator? _gram;

    internal SiteStatistics(int layer, ActivationSite site, long tokens, float[] meanMagnitudes, float[] secondMoments, GramAccumulator? gram)
    {
        Layer = layer;
        Site = site;
        Tokens = tokens;
        MeanMagnitudes = meanMagnitudes;
        SecondMoments = secondMoments;
        _gram = gram;
    }

    public int Layer { get; }

    public ActivationSite Site { get; }

    public int Width => MeanMagnitudes.Length;

    public long Tokens { get; }

    /// <summary>Mean |x| of each channel.</summary>
    public float[] MeanMagnitudes { get; }

    /// <summary>Mean x² of each channel.</summary>
    public float[] SecondMoments { get; }

    public bool HasGram => _gram is not null;

    /// <summary>One row of the mean of x xᵀ, [width, width] and symmetric.</summary>
    /// <exception cref="InvalidOperationException">Gram matrices were not asked for.</exception>
    public void ReadGram(int row, Span<float> values) =>
        (_gram ?? throw new InvalidOperationException("Gram matrices were not asked for.")).Read(row, Tokens, values);
}
