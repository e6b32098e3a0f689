namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// The k largest magnitudes of a tensor, as a rule that needs no sorting to apply: an element stays when |x| is greater than
/// <paramref name="Threshold"/>, or equal to it at a flat index up to <paramref name="LastTie"/>. Ties are thus broken by index, and the
/// k elements are the same whatever the tensor is cut into.
/// </summary>
public readonly record struct MagnitudeCut(float Threshold, long LastTie)
{
    public static MagnitudeCut Everything { get; } = new(0, long.MaxValue);

    /// <summary>No finite element; what is infinite or no number stays, so that a defect of a model is seen.</summary>
    public static MagnitudeCut Nothing { get; } = new(float.MaxValue, -1);

    /// <summary>The smallest magnitude, as bits, that is taken in from <paramref name="start"/> on.</summary>
    internal int First(long start) => BitConverter.SingleToInt32Bits(Threshold) + (start <= LastTie ? 0 : 1);

    /// <summary>Elements from <paramref name="start"/> on for which <see cref="First"/> holds.</summary>
    internal long Reach(long start) => start <= LastTie && LastTie < long.MaxValue ? LastTie - start + 1 : long.MaxValue;
}

/// <summary>The magnitudes of a tensor, prepared so that any number of cuts can be made.</summary>
public interface IMagnitudeOrder
{
    /// <summary>The cut that keeps the <paramref name="count"/> largest (all when it is the number of elements or more, none at 0).</summary>
    MagnitudeCut Largest(long count);

    /// <summary>
    /// Σ|x| over what that cut keeps, the same bits however it is computed; NaN when a magnitude is 2²⁰ or more, or no number: add up by
    /// <see cref="TensorInputs.Sum"/> then.
    /// </summary>
    double SumOfLargest(long count);

    /// <summary>The magnitude at a place of the order, 1 for the largest.</summary>
    float Magnitude(long rank);

    /// <summary>Elements whose magnitude is not 0; one below 2⁻¹³⁴ may count as 0.</summary>
    long NonZeroCount { get; }
}
