namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// Keeps the managed memory of matrices near what is alive. Methods are written as formulas whose intermediate results are let go, and the collector, left to itself, comes
/// when there is far more of them than a budget allows; here it is called before the budget would be passed.
/// </summary>
/// <param name="limit">Bytes for matrices and <see cref="Beside"/> together; a run without a budget never collects.</param>
internal sealed class MatrixMemory(long limit = long.MaxValue)
{
    private const long Small = 1 << 16; // not worth a look

    private readonly Lock _gate = new();
    private readonly long _program = limit == long.MaxValue ? 0 : GC.GetTotalMemory(forceFullCollection: true);
    private long _alive;
    private long _allocated = GC.GetTotalAllocatedBytes();
    private long _beside;

    /// <summary>Bytes outside managed memory that count too.</summary>
    public long Beside
    {
        get => Interlocked.Read(ref _beside);
        set => Interlocked.Exchange(ref _beside, value);
    }

    /// <summary>Most bytes that were alive when more was asked for, that included; 0 when nothing was ever collected.</summary>
    public long Peak { get; private set; }

    /// <summary>To be called before so many bytes of matrices are made.</summary>
    public void Reserve(long bytes)
    {
        if (limit == long.MaxValue || bytes < Small)
            return;
        lock (_gate)
        {
            if (_alive + (GC.GetTotalAllocatedBytes() - _allocated) + bytes + Beside <= limit)
                return;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _alive = Math.Max(0, GC.GetTotalMemory(forceFullCollection: false) - _program);
            _allocated = GC.GetTotalAllocatedBytes();
            Peak = Math.Max(Peak, _alive + bytes);
        }
    }
}
