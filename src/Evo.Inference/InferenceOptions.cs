namespace Evo.Inference;

/// <summary>How a model is run. None of it changes results on the CPU, bit for bit.</summary>
/// <param name="Device"><c>cpu</c>, <c>cuda</c> (the first one) or <c>cuda:1</c>... On CUDA weights are converted to bfloat16 (float16 checkpoints: float16)
/// and uploaded at every call.</param>
/// <param name="Workers">Threads that run batches side by side on the CPU; 0 for one per core.</param>
/// <param name="BatchTokens">Most tokens, padding included, of one batch of one worker; a longer request is a batch of its own.</param>
/// <param name="Slots">Most requests that one worker generates for at a time; at least 2.</param>
/// <param name="CacheBytes">Most bytes of keys and values that all workers may hold together while generating; fewer slots are used to stay below.</param>
public sealed record InferenceOptions(
    string Device = "cpu", int Workers = 0, int BatchTokens = 4096, int Slots = 32, long CacheBytes = 1L << 30)
{
    internal int WorkerCount => Workers > 0 ? Workers : Environment.ProcessorCount;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Workers);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Slots, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(CacheBytes, 1);
    }
}
