using System.Runtime.CompilerServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// The task vectors in the coordinates of their cover, Mᵢ = Uᵀ τᵢ V: of every task the entries that can stay (those inside a task's own square), and the order of
/// all its magnitudes.
/// </summary>
/// <param name="Squares">By task, then by model, row by row.</param>
/// <param name="Orders">By model.</param>
internal sealed record CoverEntries(float[][][] Squares, DescendingMagnitudes[] Orders) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(Squares, Orders);

    public static CoverEntries Of(TensorInputs inputs, TaskCover cover, CoverSmoothing smoothing) => inputs.Remember(
        $"task vectors in their cover of ranks {string.Join('+', cover.Ranks)}, smoothed {smoothing.Rule} {smoothing.Largest:R}", () => Of(inputs.Algebra, cover, smoothing));

    /// <summary>
    /// The squares of the merged vector, one for each task: every model's largest entries, a fraction of all K² of them and one at least, elect a sign
    /// (none where they cancel), and those that agree are averaged. Entries as large as the last one kept are kept too.
    /// </summary>
    public double[][] Merged(double density)
    {
        var cuts = Array.ConvertAll(Orders, order => order.Bound(Math.Max(1, (long)(density * order.Count))));
        return Array.ConvertAll(Squares, square => Merge(square, cuts));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Merge(float[][] entries, float[] cuts)
    {
        var merged = new double[entries[0].Length];
        for (var index = 0; index < merged.Length; index++)
        {
            var (positive, negative, ups, downs) = (0.0, 0.0, 0, 0);
            for (var model = 0; model < cuts.Length; model++)
            {
                var value = entries[model][index];
                if (Math.Abs(value) < cuts[model])
                    continue;
                if (value > 0)
                    (positive, ups) = (positive + value, ups + 1);
                else if (value < 0)
                    (negative, downs) = (negative + value, downs + 1);
            }

            var sum = positive + negative;
            merged[index] = sum > 0 ? positive / ups : sum < 0 ? negative / downs : 0;
        }

        return merged;
    }

    private static CoverEntries Of(MatrixAlgebra algebra, TaskCover cover, CoverSmoothing smoothing)
    {
        var ranks = cover.Ranks;
        var squares = Array.ConvertAll(ranks, _ => new float[ranks.Length][]);
        var orders = new DescendingMagnitudes[ranks.Length];
        var first = 0;
        for (var model = 0; model < ranks.Length; model++)
        {
            var left = algebra.ScaleColumns(algebra.TakeColumns(cover.LeftCoordinates, first, ranks[model]), smoothing.Of(cover.Values[model]));
            var entries = algebra.Product(left, algebra.TakeRows(cover.RightCoordinates, first, ranks[model]));
            orders[model] = new DescendingMagnitudes(algebra.Read(entries));
            var start = 0;
            for (var task = 0; task < ranks.Length; task++)
            {
                squares[task][model] = Square(algebra.Read(entries), entries.Columns, start, ranks[task]);
                start += ranks[task];
            }

            first += ranks[model];
        }

        return new CoverEntries(squares, orders);
    }

    private static float[] Square(ReadOnlySpan<double> entries, int width, int start, int size)
    {
        var square = new float[size * size];
        for (var row = 0; row < size; row++)
            for (var column = 0; column < size; column++)
                square[(row * size) + column] = (float)entries[((start + row) * width) + start + column];
        return square;
    }
}
