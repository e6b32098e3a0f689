namespace Evo.Evaluation.Outcomes;

/// <summary>How the item scores of a metric become one value.</summary>
public enum Aggregation
{
    /// <summary>The weighted mean of the item scores.</summary>
    Mean,

    /// <summary>e to the weighted mean: perplexity, whose items are kept as nats per token so that they add up.</summary>
    ExponentialOfMean,
}
