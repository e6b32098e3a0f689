using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Disentanglement;

/// <summary>
/// The columns of a matrix in every model by how much they have changed from the base's: ranks from 0 (least) of |Δ magnitude| and of 1 − cos(direction, base's
/// direction), equal ones in the order of columns. An embedding is seen transposed, so that a column is a token. A column that is zero in the model or
/// in the base has no direction; its change of direction counts as 0.
/// </summary>
/// <param name="AreRows">The columns are rows of the stored matrix (embeddings).</param>
/// <param name="Magnitude">Rank by model and column.</param>
/// <param name="Direction">Rank by model and column.</param>
/// <param name="RowLength">Elements of a stored row.</param>
internal sealed record ColumnRanks(bool AreRows, int[][] Magnitude, int[][] Direction, int RowLength) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(Magnitude, Direction);

    public static ColumnRanks Of(TensorInputs inputs) => inputs.Remember("widen: ranks of columns", () =>
    {
        var areRows = inputs.Place.Component == Component.Embedding;
        var rowLength = checked((int)Math.Max(1, inputs.Shape[^1]));
        var products = areRows ? OfRows(inputs, rowLength) : OfColumns(inputs, rowLength);
        if (!products.All(sums => sums.All(double.IsFinite)))
            throw new NonFiniteMergeException(inputs.Name);
        var models = Enumerable.Range(0, inputs.ModelCount).ToArray();
        return new ColumnRanks(
            areRows,
            [.. models.Select(model => Ranked(Magnitudes(products[0], products[1 + (2 * model)])))],
            [.. models.Select(model => Ranked(Directions(products[0], products[1 + (2 * model)], products[2 + (2 * model)])))],
            rowLength);
    });

    private static double[] Magnitudes(double[] ofBase, double[] ofModel) =>
        [.. ofBase.Zip(ofModel, (x, y) => Math.Abs(Math.Sqrt(y) - Math.Sqrt(x)))];

    private static double[] Directions(double[] ofBase, double[] ofModel, double[] dot) =>
        [.. ofBase.Zip(ofModel, dot).Select(sums => Math.Sqrt(sums.First * sums.Second) is > 0 and var norms ? 1 - (sums.Third / norms) : 0)];

    private static int[] Ranked(double[] changes)
    {
        var order = Enumerable.Range(0, changes.Length).ToArray();
        Array.Sort(order, (left, right) => changes[left].CompareTo(changes[right]) is not 0 and var difference ? difference : left.CompareTo(right));
        var ranks = new int[changes.Length];
        for (var rank = 0; rank < order.Length; rank++)
            ranks[order[rank]] = rank;
        return ranks;
    }

    /// <summary>Base·base, then of every model model·model and base·model, for every column.</summary>
    private static double[][] OfColumns(TensorInputs inputs, int columns)
    {
        var sums = inputs.Sum((1 + (2 * inputs.ModelCount)) * columns, (run, all) =>
        {
            run.Base.AddColumnProducts(run.Base, all[..columns]);
            for (var model = 0; model < inputs.ModelCount; model++)
            {
                run.Model(model).AddColumnProducts(run.Model(model), all.Slice((1 + (2 * model)) * columns, columns));
                run.Base.AddColumnProducts(run.Model(model), all.Slice((2 + (2 * model)) * columns, columns));
            }
        });
        return sums.Length == 0 ? [] : [.. sums.Chunk(columns)];
    }

    private static double[][] OfRows(TensorInputs inputs, int rowLength)
    {
        var rows = checked((int)(inputs.ElementCount / rowLength));
        var products = Enumerable.Range(0, 1 + (2 * inputs.ModelCount)).Select(_ => new double[rows]).ToArray();
        inputs.Scan(Granularity.Rows, run =>
        {
            var (first, count) = ((int)(run.Start / rowLength), run.Length / rowLength);
            run.Base.RowDots(run.Base, products[0].AsSpan(first, count));
            for (var model = 0; model < inputs.ModelCount; model++)
            {
                run.Model(model).RowDots(run.Model(model), products[1 + (2 * model)].AsSpan(first, count));
                run.Base.RowDots(run.Model(model), products[2 + (2 * model)].AsSpan(first, count));
            }
        });
        return products;
    }
}
