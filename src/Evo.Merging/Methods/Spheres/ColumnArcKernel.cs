using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spheres;

/// <summary>Every column, that is vector along the first axis, interpolated along its own arc. A pass before has given the columns' inner products.</summary>
internal sealed record ColumnArcKernel(float[] First, float[] Second, bool HasBase) : ITensorKernel
{
    public static ColumnArcKernel Of(TensorInputs inputs, double t)
    {
        var columns = checked((int)(inputs.ElementCount / inputs.Shape[0]));
        var products = inputs.Remember("inner products of the columns", () => inputs.Sum(3 * columns, (run, sums) =>
        {
            var vectors = run.Vectors(inputs.HasBase);
            vectors[0].AddColumnProducts(vectors[0], sums[..columns]);
            vectors[1].AddColumnProducts(vectors[1], sums[columns..(2 * columns)]);
            vectors[0].AddColumnProducts(vectors[1], sums[(2 * columns)..]);
        }));
        var (first, second) = (new float[columns], new float[columns]);
        for (var column = 0; column < columns; column++)
        {
            var (x, y) = Arc.Between(products[column], products[columns + column], products[(2 * columns) + column], t);
            (first[column], second[column]) = ((float)x, (float)y);
        }

        return new ColumnArcKernel(first, second, inputs.HasBase);
    }

    public void Apply(TensorRun run)
    {
        var vectors = run.Vectors(HasBase);
        var merged = run.Output;
        merged.CopyFrom(vectors[0]);
        merged.ScaleColumns(First);
        merged.AddScaledColumns(vectors[1], Second);
        if (HasBase)
            merged.Add(run.Base);
    }
}
