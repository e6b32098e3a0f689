namespace Evo.Inference.Generation;

/// <summary>Requests that wait for a slot, long prompts first, shared by the workers.</summary>
internal sealed class RequestQueue(IEnumerable<Continuation> requests)
{
    private readonly Lock _turn = new();
    private readonly Queue<Continuation> _waiting = new(requests.OrderByDescending(request => request.Prompt.Length).ThenBy(request => request.Index));

    /// <summary>Takes up to <paramref name="count"/> requests whose prompts, padded to the longest, have at most <paramref name="tokens"/> tokens; at least one if any waits.</summary>
    public List<Continuation> Take(int count, int tokens)
    {
        var taken = new List<Continuation>();
        lock (_turn)
        {
            while (taken.Count < count && _waiting.TryPeek(out var next))
            {
                var longest = taken.Count == 0 ? next.Prompt.Length : taken[0].Prompt.Length;
                if (taken.Count > 0 && (taken.Count + 1L) * longest > tokens)
                    break;
                taken.Add(_waiting.Dequeue());
            }
        }

        return taken;
    }

    public bool IsEmpty
    {
        get
        {
            lock (_turn)
                return _waiting.Count == 0;
        }
    }
}
