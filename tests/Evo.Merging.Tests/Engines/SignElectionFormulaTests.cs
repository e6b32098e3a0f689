using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu.Fused;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Tests.Engines;

/// <summary>The election of signs in registers: by hand, and what must not get lost in it. <see cref="FusedKernelTests"/> compare it with the election block by block.</summary>
public sealed unsafe class SignElectionFormulaTests
{
    private const int Length = 40; // two vectors and a rest

    [Theory]
    [InlineData(0.5f, 3f, -1f, 2f, (0.5f + 0.5f * (3 + 2)) / 1)] // 1.5 and 1 outvote -0.5
    [InlineData(-0f, 3f, -3f, 0f, 1.5f)] // a tied vote is plus
    [InlineData(1f, 0f, 0f, 0f, 1f)]
    [InlineData(1f, -4f, 1f, -2f, 1 - (0.5f * 6))]
    public void Those_who_agree_with_the_sum_are_added(float start, float one, float two, float three, float expected)
    {
        foreach (var weight in new[] { 0.5f, -0.5f })
        {
            var sign = Math.Sign(weight);
            var merged = Merged<TrimmedShare>(weight, false, Filled(start), Filled(start + (sign * one)), Filled(start + (sign * two)), Filled(start + (sign * three)));
            Assert.Equal(Filled(expected), merged);
            Assert.Equal(merged, Merged<SparseShare>(weight, false, Filled(start), Filled(start + (sign * one)), Filled(start + (sign * two)), Filled(start + (sign * three))));
        }
    }

    [Fact]
    public void The_divisor_holds_the_weights_of_those_who_agree()
    {
        foreach (var weight in new[] { 0.5f, -0.5f, 3f })
            Assert.Equal(Filled(2.5f), Merged<TrimmedShare>(weight, true, Filled(0), Filled(3), Filled(-1), Filled(2)));
        Assert.Equal(Filled(7), Merged<TrimmedShare>(0, true, Filled(7), Filled(3), Filled(-1), Filled(2)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_is_seen_in_any_model_and_place(float bad)
    {
        for (var model = 0; model < 4; model++)
            for (var place = 0; place < Length; place++)
            {
                float[][] inputs = [Filled(1), Filled(2), Filled(0), Filled(4)];
                inputs[model][place] = bad;
                foreach (var normalize in new[] { false, true })
                {
                    Assert.Null(Merged<TrimmedShare>(0.5f, normalize, inputs));
                    Assert.Null(Merged<SparseShare>(-0.5f, normalize, inputs));
                }
            }

        Assert.Null(Merged<TrimmedShare>(1, true, Filled(0), Filled(bad), Filled(-bad), Filled(1)));
    }

    [Theory]
    [InlineData(0, 10, 11)]
    [InlineData(11, 10, long.MaxValue)]
    [InlineData(0, long.MaxValue, long.MaxValue)]
    public void A_cut_holds_until_its_last_tie(long start, long lastTie, long reach) =>
        Assert.Equal(reach, TrimmedShare.Of(new(new(new MagnitudeCut(1, lastTie)), 1)).Reach(start));

    /// <summary>Of a base and three models, in float32 and as bf16; null when something is not finite.</summary>
    private static float[]? Merged<TShare>(float weight, bool normalize, params float[][] inputs)
        where TShare : unmanaged, ITaskVectorShare<TShare>
    {
        var merged = Merged<TShare, SingleInput>(weight, normalize, [.. inputs.Select(input => MemoryMarshal.AsBytes<float>(input).ToArray())]);
        byte[][] stored = [.. inputs.Select(Stored)];
        Assert.Equal(merged, Merged<TShare, BFloat16Input>(weight, normalize, stored));
        return merged;
    }

    private static float[]? Merged<TShare, TInput>(float weight, bool normalize, byte[][] inputs)
        where TShare : unmanaged, ITaskVectorShare<TShare>
        where TInput : struct, IInputElements
    {
        var share = new TaskVectorShare(Sparsity.None, weight);
        var kernel = new SignElectionKernel([share, share, share], normalize, SmallestDivisor: 0, Lambda: 1);
        var pins = inputs.Select(input => new Memory<byte>(input).Pin()).ToArray();
        var shares = stackalloc TShare[3];
        var models = stackalloc byte*[3];
        for (var model = 0; model < 3; model++)
        {
            shares[model] = TShare.Of(share);
            models[model] = (byte*)pins[model + 1].Pointer;
        }

        var deltas = stackalloc Vector512<float>[3];
        var output = new float[Length];
        bool isFinite;
        fixed (float* to = output)
            isFinite = FusedLoop.Run<SignElectionFormula<TShare>, TInput, SingleOutput>(
                new SignElectionFormula<TShare>(shares, deltas, kernel), new InputPointers((byte*)pins[0].Pointer, models, 3), 0, Length, (byte*)to);
        foreach (var pin in pins)
            pin.Dispose();
        return isFinite ? output : null;
    }

    private static float[] Filled(float value) => [.. Enumerable.Repeat(value, Length)];

    private static byte[] Stored(float[] values)
    {
        var bytes = new byte[2 * values.Length];
        Floats.FromSingle(values, ElementType.BF16, bytes);
        return bytes;
    }
}
