using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spheres;

/// <summary>Every row interpolated along its own arc.</summary>
internal sealed record RowArcKernel(double T, bool HasBase) : ITensorKernel
{
    public Granularity Granularity => Granularity.Rows;

    public void Apply(TensorRun run)
    {
        var rows = run.Length / run.RowLength;
        var vectors = run.Vectors(HasBase);
        var (xx, yy, xy) = (new double[rows], new double[rows], new double[rows]);
        vectors[0].AddRowDots(vectors[0], run.RowLength, xx);
        vectors[1].AddRowDots(vectors[1], run.RowLength, yy);
        vectors[0].AddRowDots(vectors[1], run.RowLength, xy);
        var (first, second) = (new float[rows], new float[rows]);
        for (var row = 0; row < rows; row++)
        {
            var (x, y) = Arc.Between(xx[row], yy[row], xy[row], T);
            (first[row], second[row]) = ((float)x, (float)y);
        }

        var merged = run.Output;
        merged.CopyFrom(vectors[0]);
        merged.ScaleOwnRows(first, run.RowLength);
        merged.AddScaledOwnRows(vectors[1], second, run.RowLength);
        if (HasBase)
            merged.Add(run.Base);
    }
}
