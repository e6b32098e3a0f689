using System.Runtime.ExceptionServices;

namespace Evo.Inference.Sessions;

/// <summary>Runs the same loop on several threads; each draws work from a shared queue until it is empty.</summary>
internal static class Workers
{
    /// <summary>
    /// Calls <paramref name="work"/> once for each worker. The first failure stops the others (through the token that they are given) and is thrown
    /// as it is.
    /// </summary>
    public static void Run(int count, Action<int, CancellationToken> work, CancellationToken cancellation)
    {
        if (count == 1)
        {
            work(0, cancellation);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = count }, worker =>
        {
            try
            {
                work(worker, stop.Token);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                stop.Cancel();
            }
        });
        failure?.Throw();
    }
}
