namespace Evo.Merging.Methods.Kernels;

/// <summary>A type of values that <see cref="TensorInputs.Remember{T}(string, Func{T})"/> may keep from candidate to candidate, within a number of bytes.</summary>
public interface IPreparedValue
{
    /// <summary>Bytes of memory, those of objects that it shares with nothing else included.</summary>
    long Bytes { get; }
}
