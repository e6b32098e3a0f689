namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>A = L Lᵀ in blocks, and the solution of A X = B by it (Golub and Van Loan, section 4.2).</summary>
internal static unsafe class Cholesky
{
    private const int BlockSize = 64;
    private const double SmallestPivot = 1e-12;

    /// <summary>Factors in place, the lower triangle; false when a pivot is not above 10⁻¹² of the largest diagonal element.</summary>
    public static bool Factor(double* a, int n, PanelProducts products)
    {
        var largest = 0.0;
        for (var i = 0; i < n; i++)
            largest = Math.Max(largest, a[((long)i * n) + i]);
        for (var first = 0; first < n; first += BlockSize)
        {
            products.Cancellation.ThrowIfCancellationRequested();
            var end = Math.Min(n, first + BlockSize);
            if (!FactorPanel(a, n, first, end, SmallestPivot * largest))
                return false;
            if (end < n)
                UpdateRest(a, n, first, end, products);
        }

        return true;
    }

    /// <summary>Overwrites the rows of b with the solution's, forwards with L and backwards with Lᵀ.</summary>
    /// <param name="b">n rows of <paramref name="columns"/>.</param>
    public static void Solve(double* l, int n, double* b, int columns, PanelProducts products)
    {
        for (var first = 0; first < n; first += BlockSize)
        {
            var end = Math.Min(n, first + BlockSize);
            SubtractProduct(l, n, first, end, 0, first, transposed: false, b, columns, products);
            for (var row = first; row < end; row++)
            {
                for (var other = first; other < row; other++)
                    Vectors.AddScaled(b + ((long)row * columns), -l[((long)row * n) + other], b + ((long)other * columns), columns);
                Vectors.Scale(b + ((long)row * columns), 1 / l[((long)row * n) + row], columns);
            }
        }

        for (var first = (n - 1) / BlockSize * BlockSize; first >= 0; first -= BlockSize)
        {
            var end = Math.Min(n, first + BlockSize);
            SubtractProduct(l, n, first, end, end, n, transposed: true, b, columns, products);
            for (var row = end - 1; row >= first; row--)
            {
                for (var other = row + 1; other < end; other++)
                    Vectors.AddScaled(b + ((long)row * columns), -l[((long)other * n) + row], b + ((long)other * columns), columns);
                Vectors.Scale(b + ((long)row * columns), 1 / l[((long)row * n) + row], columns);
            }
        }
    }

    /// <summary>Columns [first, end) of L, from the diagonal down; rows are dotted with the rows of the diagonal block.</summary>
    private static bool FactorPanel(double* a, int n, int first, int end, double smallest)
    {
        for (var row = first; row < n; row++)
        {
            var elements = a + ((long)row * n) + first;
            for (var column = first; column < Math.Min(row, end); column++)
            {
                var pivotRow = a + ((long)column * n) + first;
                elements[column - first] = (elements[column - first] - Vectors.Dot(elements, pivotRow, column - first)) / pivotRow[column - first];
            }

            if (row >= end)
                continue;
            var pivot = elements[row - first] - Vectors.Dot(elements, elements, row - first);
            if (!(pivot > smallest))
                return false;
            elements[row - first] = Math.Sqrt(pivot);
        }

        return true;
    }

    private static void UpdateRest(double* a, int n, int first, int end, PanelProducts products)
    {
        var (rest, width) = (n - end, end - first);
        using var packed = new NativeArray<double>((long)rest * width);
        for (var row = 0; row < rest; row++)
            new Span<double>(a + ((long)(end + row) * n) + first, width).CopyTo(packed.Span((long)row * width, width));
        var panel = (nint)packed.Pointer;
        products.ForEachPanel(rest, 4 * BlockSize, (start, rows) =>
        {
            var columns = start + rows;
            using var update = new NativeArray<double>((long)rows * columns);
            products.Multiply((double*)panel + ((long)start * width), (double*)panel, transposeRight: true, update.Pointer, rows, width, columns);
            for (var row = 0; row < rows; row++)
                Vectors.Subtract(a + ((long)(end + start + row) * n) + end, update.Pointer + ((long)row * columns), start + row + 1);
        });
    }

    /// <summary>b[first … end) −= op(L)[first … end, from … to) · b[from … to).</summary>
    private static void SubtractProduct(double* l, int n, int first, int end, int from, int to, bool transposed, double* b, int columns, PanelProducts products)
    {
        var (rows, width) = (end - first, to - from);
        if (width == 0)
            return;
        using var packed = new NativeArray<double>((long)rows * width);
        using var update = new NativeArray<double>((long)rows * columns);
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < width; column++)
                packed.Pointer[((long)row * width) + column] = transposed ? l[((long)(from + column) * n) + first + row] : l[((long)(first + row) * n) + from + column];
        products.Multiply(packed.Pointer, b + ((long)from * columns), transposeRight: false, update.Pointer, rows, width, columns);
        Vectors.Subtract(b + ((long)first * columns), update.Pointer, (long)rows * columns);
    }
}
