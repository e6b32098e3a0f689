using System.Collections.Immutable;
using Evo.Merging.Methods;

namespace Evo.Merging.Planning;

/// <summary>One part of the result: which layers of which models it is merged from.</summary>
/// <param name="Donor">The part as the donor has it.</param>
/// <param name="Method">The recipe's method, or passthrough where the part is the donor's own.</param>
/// <param name="IsKept">The part is the donor's own, and the recipe's parameters do not reach it.</param>
internal sealed record OutputModule(ModuleIndex Donor, ImmutableArray<OutputSlice> Slices, IMergeMethod Method, bool IsKept = false)
{
    public string Name => Donor.Name;

    public int LayerCount => Slices.Sum(slice => slice.LayerCount);

    /// <summary>True when the slices are the donor's layers, all of them and in their own order.</summary>
    public bool KeepsLayers
    {
        get
        {
            var next = 0;
            foreach (var slice in Slices.Where(slice => slice.LayerCount > 0))
            {
                if (slice.Sources.Any(source => source.FirstLayer != next))
                    return false;
                next += slice.LayerCount;
            }

            return next == Donor.LayerCount;
        }
    }
}
