using Evo.Checkpoints.Adapters;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Adapters;

/// <summary>A method that stays in adapter space where all models of a tensor are the base under adapters, so that its result is an adapter too.</summary>
internal interface IAdapterMethod
{
    /// <summary>The most that the rank of <see cref="MergedUpdate"/> can be; 0 when there is none.</summary>
    int MergedRank(TensorInputs inputs, TensorParameters parameters);

    /// <summary>The merged update as a low-rank product; null when there is none to write: every adapter leaves the tensor as it is.</summary>
    /// <param name="inputs">A tensor whose models are all low-rank updates of the base, or leave it as it is.</param>
    LowRankProduct? MergedUpdate(TensorInputs inputs, TensorParameters parameters);
}
