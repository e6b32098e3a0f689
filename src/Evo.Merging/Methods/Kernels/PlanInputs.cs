using System.Collections.Immutable;

namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// All tensors of one merge that one method merges, for methods with a global pass (thresholds over the whole model, ranks across layers). A method asks for its statistics in
/// <see cref="IMergeMethod.Bind"/> of every tensor; they are computed at the first call and remembered for the merge.
/// </summary>
public abstract class PlanInputs
{
    /// <summary>The tensors with their parameters, from the embedding through the layers to the head.</summary>
    public abstract ImmutableArray<(TensorInputs Inputs, TensorParameters Parameters)> Tensors { get; }

    /// <summary>The method bound to a tensor, by its position, without modifiers: what the merge would be before they act.</summary>
    public abstract ITensorKernel BindUnmodified(int tensor);

    /// <summary>
    /// Computes once for this merge; other threads that ask for the same wait. Passes that do not depend on parameters belong in the
    /// tensors' own <see cref="TensorInputs.Remember{T}(string, Func{T})"/>, which outlives the merge where memory allows.
    /// </summary>
    public abstract T Remember<T>(string what, Func<T> compute)
        where T : notnull;
}
