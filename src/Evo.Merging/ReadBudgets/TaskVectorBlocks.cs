using System.Collections.Immutable;
using System.Numerics.Tensors;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Planning;

namespace Evo.Merging.ReadBudgets;

/// <summary>The block statistics of one task vector, computed in one pass over the base and the model.</summary>
internal static class TaskVectorBlocks
{
    private const int RunLength = 1 << 13;

    public static ImmutableArray<BlockStatistics> Of(TensorSource @base, TensorSource model, CpuWorkers workers, CancellationToken cancellation)
    {
        var elements = model.Tensor.ElementCount;
        var blocks = new BlockStatistics[BlockStatistics.CountOf(elements)];
        workers.ForEach(blocks.Length, (block, _) =>
            blocks[block] = OfBlock(@base, model, (long)block * BlockStatistics.BlockLength, BlockStatistics.LengthOf(elements, block)), cancellation);
        return [.. blocks];
    }

    private static BlockStatistics OfBlock(TensorSource @base, TensorSource model, long start, int length)
    {
        Span<float> vector = stackalloc float[RunLength / 2];
        Span<float> origin = stackalloc float[RunLength / 2];
        var (l1, energy, largest) = (0.0, 0.0, 0f);
        for (var done = 0; done < length; done += vector.Length)
        {
            var part = vector[..Math.Min(vector.Length, length - done)];
            var from = origin[..part.Length];
            model.ReadFloats(start + done, part);
            @base.ReadFloats(start + done, from);
            TensorPrimitives.Subtract(part, from, part);
            l1 += Reductions.SumOfMagnitudes(part);
            energy += Reductions.Dot(part, part);
            largest = Math.Max(largest, Math.Abs(TensorPrimitives.MaxMagnitude<float>(part))); // hands NaN on
        }

        return new BlockStatistics(l1, energy, largest);
    }
}
