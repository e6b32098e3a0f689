using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>What is done with the shares of all models, or with a share in all lanes.</summary>
internal static unsafe class TaskVectorShares
{
    /// <summary>Turns all shares to the elements from <paramref name="start"/> on.</summary>
    public static void Place<TShare>(TShare* shares, int count, long start)
        where TShare : unmanaged, ITaskVectorShare<TShare>
    {
        for (var model = 0; model < count; model++)
            shares[model].Place(start);
    }

    /// <summary>What the sparsity leaves of the task vector, times the weight, in all lanes.</summary>
    /// <param name="indices">Which elements the first vector holds; the second holds those that follow.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Delta<TShare>(in TShare share, Lanes taskVector, Vector512<uint> indices)
        where TShare : unmanaged, ITaskVectorShare<TShare> =>
        Avx512F.IsSupported
            ? new(share.Delta(taskVector.First, indices), share.Delta(taskVector.Second, indices + Vector512.Create((uint)Lanes.PerVector)))
            : new(share.Delta(taskVector.First, indices));
}
