using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Stock;

/// <summary>θ = t · mean(θᵢ) + (1 - t) · θ₀ with a t for every row.</summary>
internal sealed record RowStockKernel(bool AsMergekit) : ITensorKernel
{
    public Granularity Granularity => Granularity.Rows;

    public void Apply(TensorRun run)
    {
        var rows = run.Length / run.RowLength;
        var merged = run.Output;
        merged.CopyFrom(run.Model(0));
        for (var model = 1; model < run.ModelCount; model++)
            merged.Add(run.Model(model));
        merged.Divide(run.ModelCount);

        var ratios = Ratios(run, rows);
        merged.ScaleOwnRows(ratios, run.RowLength);
        merged.AddScaledOwnRows(run.Base, [.. ratios.Select(ratio => 1 - ratio)], run.RowLength);
    }

    private float[] Ratios(TensorRun run, int rows)
    {
        var count = run.ModelCount;
        var vectors = run.Vectors(hasBase: true);
        var dots = new double[count, count][];
        for (var i = 0; i < count; i++)
            for (var j = i; j < count; j++)
            {
                dots[i, j] = new double[rows];
                vectors[i].AddRowDots(vectors[j], run.RowLength, dots[i, j]);
            }

        return [.. Enumerable.Range(0, rows).Select(row => (float)StockRatio.Of(count, (i, j) => dots[i, j][row], AsMergekit))];
    }
}
