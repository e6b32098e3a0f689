namespace Evo.Inference.Activations;

/// <summary>Whose next tokens the log-likelihood is of.</summary>
public enum FisherLabels
{
    /// <summary>
    /// Drawn from the model's own prediction at each position, the text before it given: then gradients of different positions are uncorrelated, and the squared
    /// gradient of a whole sequence estimates the sum over its tokens of the Fisher information without bias.
    /// </summary>
    Model,

    /// <summary>The text's own tokens: the empirical Fisher.</summary>
    Text,
}
