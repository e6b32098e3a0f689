using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Planning;

/// <summary>One input of one output tensor: its elements in float32, whatever they are made of. Reading is safe from many threads.</summary>
/// <param name="Model">The model's name in the recipe.</param>
/// <param name="Tensor">
/// What is read: the model's own name for it (with slices its layer may be another than the output's), the stored type, and the shape as it enters the merge.
/// </param>
public abstract record TensorSource(string Model, TensorInfo Tensor)
{
    /// <summary>SHA-256, or another text that is equal only for equal elements: content, never paths.</summary>
    public abstract string ContentId { get; }

    /// <summary>Bytes on disk that a full read takes.</summary>
    public abstract long BytesToRead { get; }

    /// <summary>Folders that are read, so that none is written over.</summary>
    public abstract IEnumerable<string> Folders { get; }

    /// <summary>The key of this tensor's random mask.</summary>
    public virtual MaskKey MaskKey(long seed) => Methods.Kernels.MaskKey.Of(seed, ContentId, Tensor.Name);

    /// <summary>Elements from a flat index on: the same bits whatever a tensor is cut into.</summary>
    public abstract void ReadFloats(long first, Span<float> destination);

    /// <summary>Lets go of the memory that reading took, when all is read. It may be read again all the same.</summary>
    public virtual void Release()
    {
    }
}
