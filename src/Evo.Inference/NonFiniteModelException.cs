namespace Evo.Inference;

/// <summary>The model produces NaN or infinite logits: the weights are at fault, not the machine.</summary>
public sealed class NonFiniteModelException : Exception
{
    public NonFiniteModelException(string message)
        : base(message)
    {
    }
}
