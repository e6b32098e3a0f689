using System.Collections.Immutable;

namespace Evo.Inference.Activations;

/// <summary>Takes the diagonal Fisher information of a model's tensors, one after the other.</summary>
public interface IFisherSink
{
    /// <summary>A tensor's values: mean over sequences of the squared gradient, in the tensor's own shape. The span is gone when this returns.</summary>
    void Take(string tensor, ImmutableArray<long> shape, ReadOnlySpan<float> values);
}
