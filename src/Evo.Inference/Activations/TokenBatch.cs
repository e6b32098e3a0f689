using System.Collections.Immutable;
using Evo.Inference.Sessions;

namespace Evo.Inference.Activations;

/// <summary>Consecutive sequences that go through a layer together, right-padded to one length.</summary>
internal sealed record TokenBatch(int First, ImmutableArray<ReadOnlyMemory<int>> Sequences)
{
    public int Length { get; } = TokenInputs.PaddedLength(Sequences.Max(sequence => sequence.Length));

    public ImmutableArray<int> Lengths { get; } = [.. Sequences.Select(sequence => sequence.Length)];

    public int Rows => Sequences.Length * Length;

    /// <summary>Batches of at most <paramref name="batchTokens"/> tokens, padding included; a longer sequence is a batch of its own.</summary>
    public static ImmutableArray<TokenBatch> Pack(IReadOnlyList<ReadOnlyMemory<int>> sequences, int batchTokens)
    {
        var batches = ImmutableArray.CreateBuilder<TokenBatch>();
        var (first, longest) = (0, 0);
        for (var index = 0; index < sequences.Count; index++)
        {
            var padded = TokenInputs.PaddedLength(sequences[index].Length);
            if (index > first && (index - first + 1L) * Math.Max(longest, padded) > batchTokens)
            {
                batches.Add(new TokenBatch(first, [.. sequences.Skip(first).Take(index - first)]));
                (first, longest) = (index, 0);
            }

            longest = Math.Max(longest, padded);
        }

        batches.Add(new TokenBatch(first, [.. sequences.Skip(first)]));
        return batches.ToImmutable();
    }

    /// <summary>Zeroes the rows of padding of a [sequences, length, width] array.</summary>
    public void ClearPadding(Span<float> values, int width)
    {
        for (var sequence = 0; sequence < Sequences.Length; sequence++)
            values[(((sequence * Length) + Lengths[sequence]) * width)..((sequence + 1) * Length * width)].Clear();
    }
}
