using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Selection;

/// <summary>The tensors over which a method compares elements: all of a model, or one.</summary>
internal sealed record ModelScope(ImmutableArray<(TensorInputs Inputs, TensorParameters Parameters)> Tensors)
{
    public ImmutableArray<TensorInputs> Inputs { get; } = [.. Tensors.Select(tensor => tensor.Inputs)];

    public int ModelCount => Inputs[0].ModelCount;

    public long ElementCount { get; } = Tensors.Sum(tensor => tensor.Inputs.ElementCount);

    /// <summary>⌊r · D⌋ of one model; where r differs by tensor, ⌊Σ r · elements⌋.</summary>
    public long Kept(int model) => (long)Share(model, density => density);

    /// <summary>⌊(1 − r) · D⌋ of one model, likewise.</summary>
    public long Dropped(int model) => (long)Share(model, density => 1 - density);

    private double Share(int model, Func<double, double> of)
    {
        var shares = Tensors.Select(tensor => of(tensor.Parameters.Of(model, "density"))).ToArray();
        return shares.Distinct().Count() == 1
            ? shares[0] * ElementCount
            : shares.Zip(Tensors, (share, tensor) => share * tensor.Inputs.ElementCount).Sum();
    }
}
