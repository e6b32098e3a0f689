namespace Evo.Inference.Generation;

/// <summary>
/// Continuous batching in one lane: running requests always hold the first slots, so that a step computes them and nothing else; when one ends, the
/// last one moves into its slot, and waiting requests are read into the slots behind in one run.
/// </summary>
internal sealed class GenerationLoop(DecodeLane lane, RequestQueue queue, int slots, int prefillTokens, Action<int, GenerateResult> finish)
{
    private readonly List<Continuation> _running = [];

    public void Run(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var free = slots - _running.Count;
            if (!queue.IsEmpty && (_running.Count == 0 || free * 4 >= slots))
                Admit(free);
            if (_running.Count == 0)
            {
                if (queue.IsEmpty)
                    return;
                continue; // everything admitted ended with its first token
            }

            Step();
        }
    }

    private void Admit(int free)
    {
        var admitted = queue.Take(free, prefillTokens);
        if (admitted.Count == 0)
            return;
        var first = _running.Count;
        lane.Prefill(first, [.. admitted.Select(request => request.Prompt)], admitted.Exists(request => request.Sampling is not null));
        _running.AddRange(admitted);
        Accept(first);
    }

    private void Step()
    {
        var rows = Math.Max(2, _running.Count); // never a single row; the second slot is then free
        Span<int> tokens = stackalloc int[rows];
        Span<int> positions = stackalloc int[rows];
        tokens.Clear();
        positions.Clear();
        for (var slot = 0; slot < _running.Count; slot++)
        {
            tokens[slot] = _running[slot].NewestToken;
            positions[slot] = _running[slot].Length - 1;
        }

        lane.Step(tokens, positions, _running.Exists(request => request.Sampling is not null));
        Accept(firstSlot: 0);
    }

    /// <summary>Takes the next token of each request from <paramref name="firstSlot"/> on, whose rows in the last run begin there, and closes the gaps of those that end.</summary>
    private void Accept(int firstSlot)
    {
        for (var slot = _running.Count - 1; slot >= firstSlot; slot--) // backwards: what moves into a gap has already been served
        {
            var request = _running[slot];
            var row = slot - firstSlot;
            var token = request.Sampling is { } sampling ? TokenSampler.Draw(lane.Logits(row), sampling, request.Count) : lane.Greedy(row);
            if (request.Accept(token) is not { } result)
                continue;
            finish(request.Index, result);
            var last = _running.Count - 1;
            if (slot != last)
            {
                lane.Cache.Copy(last, slot, _running[last].Length);
                _running[slot] = _running[last];
            }

            _running.RemoveAt(last);
        }
    }
}
