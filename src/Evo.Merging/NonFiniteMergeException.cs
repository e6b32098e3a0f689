namespace Evo.Merging;

/// <summary>A merge gave NaN or infinity: the candidate is invalid, the machine is not to blame.</summary>
public sealed class NonFiniteMergeException : Exception
{
    public NonFiniteMergeException(string tensor)
        : base($"the merged tensor '{tensor}' holds NaN or infinite values") => Tensor = tensor;

    public NonFiniteMergeException(string tensor, string reason)
        : base($"the merged tensor '{tensor}' would not be finite: {reason}") => Tensor = tensor;

    public string Tensor { get; }
}
