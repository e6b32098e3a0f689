using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Σ|τ| over what a random mask keeps, as a function of density. The first density asked for costs a pass; when another comes, magnitudes are added up once by
/// the upper bits of their draws, and from then on a density costs a look-up. Draws are a bijection of the index, so the few elements of the
/// bucket that a density cuts through are found by going backwards, without a list. All ways give the same bits.
/// </summary>
internal sealed class DrawnMagnitudes(CpuTensorInputs inputs, int model, MaskKey mask) : IPreparedValue
{
    private readonly CpuTensorInputs _inputs = inputs.WithoutCancellation();
    private readonly Lock _asking = new();
    private double? _all;
    private (double Density, double Kept)? _last;
    private bool _overflows;

    public long Bytes => 0; // a few numbers; the table is kept by itself

    /// <summary>Σ|τ| over all elements, and over those whose draw is below <paramref name="density"/>; NaN where <see cref="ExactSum"/> does not take one.</summary>
    public (double All, double Kept) Sums(double density)
    {
        lock (_asking)
        {
            if (_all is { } all && _last is { } last)
                return (all, last.Density == density || double.IsNaN(all) ? last.Kept : Later(density));
            var sums = Pass(density);
            (_all, _last) = (sums.All, (density, sums.Kept));
            return sums;
        }
    }

    private double Later(double density)
    {
        var kept = Table() is { } table ? table.Sum(MaskKey.Bound(density)) : Pass(density).Kept;
        _last = (density, kept);
        return kept;
    }

    /// <summary>Null where there is no room for one, or the tensor is none for it.</summary>
    private DrawTable? Table()
    {
        if (_overflows || !DrawTable.Suits(_inputs.ElementCount) || !_inputs.HasRoomFor(DrawTable.BytesFor(_inputs.ElementCount)))
            return null;
        try
        {
            return _inputs.Remember($"table of magnitudes by draw, {mask.First:x8}{mask.Second:x8}", model, () => new DrawTable(_inputs, model, mask));
        }
        catch (OverflowException)
        {
            _overflows = true; // task vectors beyond reason
            return null;
        }
    }

    private (double All, double Kept) Pass(double density)
    {
        var (all, kept) = (new ExactTotal(), new ExactTotal());
        _inputs.Scan(Granularity.Elements, run =>
        {
            var vector = run.TaskVector(model);
            all.Add(((CpuBlock)vector).Values);
            vector.KeepRandom(mask, density);
            kept.Add(((CpuBlock)vector).Values);
        });
        return (all.Value, double.IsNaN(all.Value) ? double.NaN : kept.Value);
    }
}
