using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Tests.Engines;

/// <summary>Every element is merged once and stored where it belongs, whatever the length and wherever the output begins.</summary>
public sealed unsafe class FusedLoopTests
{
    [Fact]
    public void Any_length_at_any_place_is_stored_whole_and_nothing_beside_it()
    {
        const int room = 16 + 150 + 16;
        var memory = (float*)NativeMemory.AlignedAlloc(room * sizeof(float), 64);
        try
        {
            for (var first = 0; first < 16; first++)
                foreach (var length in new[] { 0, 1, 15, 16, 17, 31, 32, 33, 47, 64, 65, 150 })
                {
                    new Span<float>(memory, room).Fill(-1);
                    float[] input = [.. Enumerable.Range(1, Math.Max(1, length))];
                    fixed (float* values = input)
                    {
                        var from = (byte*)values;
                        Assert.True(FusedLoop.Run<CopyFormula, SingleInput, StreamedOutput<SingleOutput>>(
                            default, new InputPointers(null, &from, 1), 0, length, (byte*)(memory + first)));
                    }

                    var stored = new Span<float>(memory, room).ToArray();
                    Assert.All(stored[..first], value => Assert.Equal(-1, value));
                    Assert.Equal(input[..length], stored[first..(first + length)]);
                    Assert.All(stored[(first + length)..], value => Assert.Equal(-1, value));
                }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public void Numbers_are_rounded_to_bf16_as_in_checkpoints_ties_to_even()
    {
        foreach (var rest in new uint[] { 0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF })
        {
            float[] input = [.. Enumerable.Range(0, 0x7F7F).SelectMany(half => new[] { (uint)half, (uint)half | 0x8000 })
                .Select(half => BitConverter.UInt32BitsToSingle((half << 16) | rest))];
            var (expected, stored) = (new byte[2 * input.Length], new byte[2 * input.Length]);
            Floats.FromSingle(input, ElementType.BF16, expected);
            fixed (float* values = input)
            fixed (byte* to = stored)
            {
                var from = (byte*)values;
                Assert.True(FusedLoop.Run<CopyFormula, SingleInput, BFloat16Output>(default, new InputPointers(null, &from, 1), 0, input.Length, to));
            }

            Assert.Equal(expected, stored);
        }
    }
}
