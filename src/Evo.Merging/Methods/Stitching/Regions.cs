using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Selection;

namespace Evo.Merging.Methods.Stitching;

/// <summary>For each model and tensor, the cut that bounds the model's largest elements.</summary>
internal sealed class Regions
{
    private readonly Dictionary<string, int> _positions;
    private readonly MagnitudeCut[][] _cuts;

    private Regions(ImmutableArray<TensorInputs> tensors, MagnitudeCut[][] cuts)
    {
        _positions = tensors.Select((tensor, position) => (tensor.Name, position)).ToDictionary(pair => pair.Name, pair => pair.position, StringComparer.Ordinal);
        _cuts = cuts;
    }

    /// <summary>Cuts over all these tensors together.</summary>
    /// <exception cref="NonFiniteMergeException">A task vector is not finite; its tensor is named.</exception>
    public static Regions Of(ImmutableArray<(TensorInputs Inputs, TensorParameters Parameters)> tensors)
    {
        var scope = new ModelScope(tensors);
        var models = Enumerable.Range(0, scope.ModelCount).ToArray();
        var order = new OrderStatistics(scope.Inputs, models.Length, (run, take) =>
        {
            foreach (var model in models)
            {
                run.TaskVector(model).Absolute();
                take(model, run.Model(model));
            }
        }, "magnitudes of all task vectors");
        return new Regions(scope.Inputs, order.Largest([.. models.Select(scope.Kept)]));
    }

    /// <param name="ties"><c>exact</c>, <c>inclusive</c> or <c>strict</c>.</param>
    public MagnitudeCut[] CutsOf(TensorInputs tensor, string ties) => [.. _cuts.Select(cuts => WithTies(cuts[_positions[tensor.Name]], ties))];

    private static MagnitudeCut WithTies(MagnitudeCut cut, string ties) => ties switch
    {
        "inclusive" when cut != MagnitudeCut.Nothing => cut with { LastTie = long.MaxValue },
        "strict" => cut with { LastTie = -1 },
        _ => cut,
    };
}
