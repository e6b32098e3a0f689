namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// Large products spread over the workers in panels of fixed height, so that the cuts, and with them the bits, do not depend on the number of threads.
/// </summary>
internal sealed unsafe class PanelProducts(CpuWorkers workers, MatrixProducts products, CancellationToken cancellation)
{
    private const int PanelRows = 512;
    private const long SmallestShared = 1L << 27; // multiplications; below, threads cost more than they bring

    public CancellationToken Cancellation => cancellation;

    /// <summary>output[m, n] = left[m, k] · right, where right is [k, n], or [n, k] when transposed.</summary>
    public void Multiply<T>(T* left, T* right, bool transposeRight, T* output, int m, int k, int n)
        where T : unmanaged
    {
        cancellation.ThrowIfCancellationRequested();
        if (m <= PanelRows || (long)m * k * n < SmallestShared)
        {
            products.Multiply(left, transposeLeft: false, right, transposeRight, output, m, k, n);
            return;
        }

        var (a, b, c) = ((nint)left, (nint)right, (nint)output);
        ForEachPanel(m, PanelRows, (first, rows) => products.Multiply(
            (T*)a + ((long)first * k), transposeLeft: false, (T*)b, transposeRight, (T*)c + ((long)first * n), rows, k, n));
    }

    /// <summary>output[m, n] = leftᵀ · right, left [k, m] and right [k, n], in one piece: for panels that are narrow on one side.</summary>
    public void MultiplyTransposed(double* left, double* right, double* output, int m, int k, int n) =>
        products.Multiply(left, transposeLeft: true, right, transposeRight: false, output, m, k, n);

    /// <summary>Visits rows [first, first + rows) of panels of fixed height, on many threads.</summary>
    public void ForEachPanel(int rows, int panelRows, Action<int, int> visit) => workers.ForEach(
        (int)(((long)rows + panelRows - 1) / panelRows),
        (panel, _) => visit(panel * panelRows, Math.Min(panelRows, rows - (panel * panelRows))),
        cancellation);
}
