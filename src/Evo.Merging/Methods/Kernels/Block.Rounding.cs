using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Methods.Kernels;

/// <summary>Arithmetic in less than float32.</summary>
public abstract partial class Block
{
    /// <summary>Rounds every element to the nearest that the type has, ties to even.</summary>
    public abstract void RoundTo(ElementType type);
}
