namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// A symmetric matrix as Q T Qᵀ with T tridiagonal: Householder reflections, collected in blocks so that half of the work is matrix products (Dongarra,
/// Hammarling and Sorensen; LAPACK's dsytrd).
/// </summary>
internal sealed unsafe class Tridiagonalization : IDisposable
{
    private const int BlockSize = 32;
    private const int PanelRows = 256;

    private readonly int _n;
    private readonly PanelProducts _products;
    private readonly NativeArray<double> _memory;
    private readonly double* _reflectors;

    private Tridiagonalization(int n, PanelProducts products)
    {
        (_n, _products) = (n, products);
        (Diagonal, Off, Factors) = (new double[n], new double[n], new double[n]);
        _memory = new NativeArray<double>((long)n * n);
        _memory.Clear();
        _reflectors = _memory.Pointer;
    }

    public double[] Diagonal { get; }

    /// <summary>The n − 1 elements beside the diagonal, and a zero.</summary>
    public double[] Off { get; }

    /// <summary>β of the reflections I − β v vᵀ.</summary>
    public double[] Factors { get; }

    /// <summary>Row j: v of the reflection that cleared column j, 1 at j + 1 and 0 before.</summary>
    public double* Reflectors => _reflectors;

    /// <param name="a">Rows of n; the lower triangle is read, and destroyed.</param>
    public static Tridiagonalization Of(int n, double* a, PanelProducts products)
    {
        var result = new Tridiagonalization(n, products);
        for (var first = 0; first < n; first += BlockSize)
        {
            products.Cancellation.ThrowIfCancellationRequested();
            result.ReduceBlock(a, first, Math.Min(n, first + BlockSize));
        }

        return result;
    }

    public void Dispose() => _memory.Dispose();

    private void ReduceBlock(double* a, int first, int end)
    {
        using var w = new NativeArray<double>((long)(end - first) * _n);
        for (var column = first; column < end; column++)
            ReduceColumn(a, first, column, w.Pointer);
        if (end < _n)
            UpdateRest(a, first, end, w.Pointer);
    }

    /// <summary>Clears one column below the element beside the diagonal, and finds w of the update −(v wᵀ + w vᵀ).</summary>
    private void ReduceColumn(double* a, int first, int column, double* w)
    {
        var n = _n;
        var v = _reflectors + ((long)column * n);
        for (var row = column; row < n; row++)
            v[row] = a[((long)row * n) + column];
        for (var earlier = first; earlier < column; earlier++)
        {
            var ve = _reflectors + ((long)earlier * n);
            var we = w + ((long)(earlier - first) * n);
            Vectors.AddScaled(v + column, -we[column], ve + column, n - column);
            Vectors.AddScaled(v + column, -ve[column], we + column, n - column);
        }

        Diagonal[column] = v[column];
        v[column] = 0;
        if (column == n - 1)
            return;
        (Off[column], Factors[column]) = Reflect(v + column + 1, n - column - 1);
        var y = w + ((long)(column - first) * n);
        new Span<double>(y, n).Clear();
        if (Factors[column] == 0)
            return;

        for (var row = column + 1; row < n; row++)
        {
            var elements = a + ((long)row * n);
            y[row] += Vectors.AddScaledAndDot(y + column + 1, v[row], elements + column + 1, v + column + 1, row - column - 1) + (elements[row] * v[row]);
        }

        for (var earlier = first; earlier < column; earlier++)
        {
            var ve = _reflectors + ((long)earlier * n) + column + 1;
            var we = w + ((long)(earlier - first) * n) + column + 1;
            var (alongW, alongV) = (Vectors.Dot(we, v + column + 1, n - column - 1), Vectors.Dot(ve, v + column + 1, n - column - 1));
            Vectors.AddScaled(y + column + 1, -alongW, ve, n - column - 1);
            Vectors.AddScaled(y + column + 1, -alongV, we, n - column - 1);
        }

        Vectors.Scale(y + column + 1, Factors[column], n - column - 1);
        Vectors.AddScaled(
            y + column + 1, -0.5 * Factors[column] * Vectors.Dot(y + column + 1, v + column + 1, n - column - 1), v + column + 1, n - column - 1);
    }

    /// <summary>The lower triangle beyond the block, minus V Wᵀ + W Vᵀ, in panels of rows.</summary>
    private void UpdateRest(double* a, int first, int end, double* w)
    {
        var (n, count) = (_n, end - first);
        var rest = n - end;
        var width = 2 * count;
        using var leftMemory = new NativeArray<double>((long)rest * width);
        using var rightMemory = new NativeArray<double>((long)rest * width);
        var (left, right) = ((nint)leftMemory.Pointer, (nint)rightMemory.Pointer);
        for (var i = 0; i < count; i++)
        {
            var v = _reflectors + ((long)(first + i) * n) + end;
            var y = w + ((long)i * n) + end;
            for (var row = 0; row < rest; row++)
            {
                leftMemory.Pointer[((long)row * width) + i] = rightMemory.Pointer[((long)row * width) + count + i] = v[row];
                rightMemory.Pointer[((long)row * width) + i] = leftMemory.Pointer[((long)row * width) + count + i] = y[row];
            }
        }

        _products.ForEachPanel(rest, PanelRows, (start, rows) =>
        {
            var columns = start + rows;
            using var update = new NativeArray<double>((long)rows * columns);
            _products.Multiply((double*)left + ((long)start * width), (double*)right, transposeRight: true, update.Pointer, rows, width, columns);
            for (var row = 0; row < rows; row++)
                Vectors.Subtract(a + ((long)(end + start + row) * n) + end, update.Pointer + ((long)row * columns), start + row + 1);
        });
    }

    /// <summary>Turns x into v with v₀ = 1, so that (I − β v vᵀ) x = (α, 0, …).</summary>
    private static (double Alpha, double Beta) Reflect(double* x, int length)
    {
        var tail = Vectors.Dot(x + 1, x + 1, length - 1);
        if (tail == 0)
        {
            var value = x[0];
            x[0] = 1;
            return (value, 0);
        }

        var alpha = -Math.CopySign(Math.Sqrt((x[0] * x[0]) + tail), x[0]);
        var beta = (alpha - x[0]) / alpha;
        Vectors.Scale(x + 1, 1 / (x[0] - alpha), length - 1);
        x[0] = 1;
        return (alpha, beta);
    }
}
