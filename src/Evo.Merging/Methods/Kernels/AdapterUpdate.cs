using Evo.Checkpoints.Adapters;

namespace Evo.Merging.Methods.Kernels;

/// <summary>What a model's adapter does to one tensor of the merge's base.</summary>
public enum AdapterChange
{
    /// <summary>The model is not the base under an adapter.</summary>
    NoAdapter,

    /// <summary>The adapter leaves the tensor as it is.</summary>
    Nothing,

    /// <summary>It adds a low-rank product.</summary>
    LowRank,

    /// <summary>It changes the tensor in another way: a saved module, a bias, DoRA.</summary>
    Dense,
}

/// <summary>One model's part in a tensor, seen from adapter space.</summary>
/// <param name="Data">The tensor under the adapter; null where the adapter does nothing, or there is none.</param>
public sealed record AdapterUpdate(AdapterChange Change, AdaptedTensorData? Data = null)
{
    /// <summary>The model's difference from the base, where it is a low-rank product.</summary>
    public LowRankProduct Product => Data!.Product();
}
