using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu.Fused;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Tests.Engines;

/// <summary>The election of signs in registers: by hand, and what must not get lost in it. <see cref="FusedKernelTests"/> compare it with the election block by block.</summary>
public sealed unsafe class SignElectionFormulaTests
{
    private const int Length = 75; // some times the lanes and a rest

    private static readonly Sparsity Cut = new(new MagnitudeCut(0.1f, long.MaxValue));

    public static TheoryData<float> Bad => [float.NaN, float.PositiveInfinity, float.NegativeInfinity];

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

    [Theory, MemberData(nameof(Bad))]
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

    [Fact]
    public void Few_models_are_merged_as_any_number_is()
    {
        var random = new Random(7);
        float[] Deltas() => [.. Enumerable.Range(0, Length).Select(_ => random.Next(4) == 0 ? 0 : (float)(random.NextDouble() - 0.5))];
        foreach (var sign in new[] { 1f, -1f })
            foreach (var lambda in new[] { 1f, 0.7f })
            {
                Assert.NotNull(Small<TwoModels>([0.3f * sign, 0.9f * sign], lambda, Deltas(), Deltas(), Deltas()));
                Assert.NotNull(Small<ThreeModels>([0.3f * sign, 0, 0.2f * sign], lambda, Deltas(), Deltas(), Deltas(), Deltas()));
                Assert.NotNull(Small<FourModels>([1e-6f * sign, 1e6f * sign, sign, 0.1f * sign], lambda, Deltas(), Deltas(), Deltas(), Deltas(), Deltas()));
            }
    }

    [Fact]
    public void Cut_models_are_divided_by_sums_of_weights_from_a_table()
    {
        var random = new Random(8);
        float[] Deltas() => [.. Enumerable.Range(0, Length).Select(_ => (float)(random.NextDouble() - 0.5))];
        foreach (var weights in new float[][] { [0.3f, 0.9f], [-0.3f, 0, -0.2f], [1e-3f, 1e3f, 1, 0.1f], [1, 1, 1, 1], [0, 0] })
            foreach (var lambda in new[] { 1f, 0.7f })
            {
                Assert.Equal(Avx512F.IsSupported, TabledDivisor.TryCreate(Kernel(weights, lambda, Cut), out _));
                float[][] inputs = [.. Enumerable.Range(0, weights.Length + 1).Select(_ => Deltas())];
                Assert.NotNull(weights.Length switch
                {
                    2 => Small<TwoModels>(weights, lambda, Cut, inputs),
                    3 => Small<ThreeModels>(weights, lambda, Cut, inputs),
                    _ => Small<FourModels>(weights, lambda, Cut, inputs),
                });
            }
    }

    [Fact]
    public void No_table_is_made_where_its_quotients_would_not_be_those_of_divisions()
    {
        static bool IsMade(float threshold, params float[] weights) =>
            TabledDivisor.TryCreate(Kernel(weights, 1, new Sparsity(new MagnitudeCut(threshold, long.MaxValue))), out _);
        Assert.Equal(Avx512F.IsSupported, IsMade(1e-6f, 0.5f, 0.25f));
        Assert.False(IsMade(0, 0.5f, 0.25f)); // all is kept, however small
        Assert.False(IsMade(1e-12f, 0.5f, 0.25f));
        Assert.False(IsMade(1e-6f, 0.5f, 1e-5f)); // too small a divisor
        Assert.False(IsMade(1e-6f, 0.5f, 1e5f));
        Assert.False(IsMade(1e-6f, 1, 13108363f / (1 << 23))); // a divisor that is not known
        Assert.False(TabledDivisor.TryCreate(Kernel([1, 1], 1, Sparsity.None), out _));
    }

    [Fact]
    public void Where_none_of_few_models_agrees_the_base_stays()
    {
        Assert.Equal(Filled(7), Small<TwoModels>([0.5f, 2], 1, Filled(7), Filled(7), Filled(7)));
        Assert.Equal(Filled(7), Small<TwoModels>([0, 0], 1, Filled(7), Filled(3), Filled(9)));
        Assert.Equal(Filled(-0f), Small<TwoModels>([0.5f, 2], 1, Cut, Filled(-0f), Filled(0.01f), Filled(0)));
        Assert.Equal(Filled(8.5f), Small<ThreeModels>([0.5f, 0.5f, 0.5f], 1, Filled(7), Filled(7), Filled(8), Filled(9))); // two do
    }

    [Theory, MemberData(nameof(Bad))]
    public void What_is_not_finite_is_seen_among_few_models(float bad)
    {
        for (var model = 0; model < 4; model++)
            for (var place = 0; place < Length; place++)
            {
                float[][] inputs = [Filled(1), Filled(2), Filled(0), Filled(4)];
                inputs[model][place] = bad;
                Assert.Null(Small<ThreeModels>([0.5f, 1, 2], 1, inputs));
                Assert.Null(Small<ThreeModels>([-0.5f, -1, -2], 1, inputs));
                Assert.Null(Small<ThreeModels>([0, 0, 0], 1, inputs));
                Assert.Null(Small<ThreeModels>([0.5f, 1, 2], 1, Cut, inputs));
                foreach (var sparsity in new[] { Cut, new Sparsity(MagnitudeCut.Nothing) })
                {
                    Assert.Null(Small<ThreeModels>([-0.5f, 0, -2], 1, sparsity, inputs));
                    Assert.Null(Small<FourModels>([0.5f, 1, 2, 1], 1, sparsity, [.. inputs, Filled(-bad)]));
                    if (model < 3)
                        Assert.Null(Small<TwoModels>([0.5f, 0], 1, sparsity, inputs[..3]));
                }

                Assert.Null(Small<FourModels>([0.5f, 1, 2, 1], 1, [.. inputs, Filled(-bad)]));
                if (model < 3)
                    Assert.Null(Small<TwoModels>([0.5f, 0], 1, inputs[..3]));
            }
    }

    [Fact]
    public void Weights_of_both_signs_and_weights_too_small_are_left_to_the_other_formula()
    {
        static bool IsCovered(bool normalize, params float[] weights) =>
            SmallSignElection.Covers(new SignElectionKernel([.. weights.Select(weight => new TaskVectorShare(Sparsity.None, weight))], normalize, 0, 1));
        Assert.True(IsCovered(true, 1, 0, 2));
        Assert.True(IsCovered(true, -1, 0, -2, -3));
        Assert.False(IsCovered(true, 1, -1));
        Assert.False(IsCovered(true, 1, 1e-35f));
        Assert.False(IsCovered(true, 1));
        Assert.False(IsCovered(true, 1, 1, 1, 1, 1));
        Assert.False(IsCovered(false, 1, 1));
        Assert.False(SmallSignElection.Covers(new SignElectionKernel([new(Sparsity.None, 1), new(Sparsity.None, 1)], true, SmallestDivisor: 0.1f, 1)));
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
        var shares = stackalloc TShare[3];
        for (var model = 0; model < 3; model++)
            shares[model] = TShare.Of(share);
        var deltas = stackalloc Lanes[3];
        return Run<SignElectionFormula<TShare>, TInput>(new SignElectionFormula<TShare>(shares, deltas, kernel), inputs);
    }

    private static SignElectionKernel Kernel(float[] weights, float lambda, Sparsity sparsity) =>
        new([.. weights.Select(weight => new TaskVectorShare(sparsity, weight))], Normalize: true, SmallestDivisor: 0, lambda);

    private static float[]? Small<TCount>(float[] weights, float lambda, params float[][] inputs)
        where TCount : struct, IModelCount => Small<TCount>(weights, lambda, Sparsity.None, inputs);

    /// <summary>By every formula there is for few models, which give what the one for any number gives.</summary>
    private static float[]? Small<TCount>(float[] weights, float lambda, Sparsity sparsity, params float[][] inputs)
        where TCount : struct, IModelCount
    {
        var kernel = Kernel(weights, lambda, sparsity);
        Assert.True(SmallSignElection.Covers(kernel));
        var shares = stackalloc TrimmedShare[weights.Length];
        var deltas = stackalloc Lanes[weights.Length];
        for (var model = 0; model < weights.Length; model++)
            shares[model] = TrimmedShare.Of(kernel.Shares[model]);
        byte[][] bytes = [.. inputs.Select(input => MemoryMarshal.AsBytes<float>(input).ToArray())];
        var merged = Run<SignElectionFormula<TrimmedShare>, SingleInput>(new(shares, deltas, kernel), bytes);
        Assert.Equal(Bits(merged), Bits(Run<SmallSignElectionFormula<TCount, SummedDivisor>, SingleInput>(new(shares, new SummedDivisor(kernel), lambda), bytes)));
        if (TabledDivisor.TryCreate(kernel, out var table))
            Assert.Equal(Bits(merged), Bits(Run<SmallSignElectionFormula<TCount, TabledDivisor>, SingleInput>(new(shares, table, lambda), bytes)));
        return merged;
    }

    private static int[]? Bits(float[]? values) => values?.Select(BitConverter.SingleToInt32Bits).ToArray();

    private static float[]? Run<TFormula, TInput>(TFormula formula, byte[][] inputs)
        where TFormula : struct, IFormula
        where TInput : struct, IInputElements
    {
        var pins = inputs.Select(input => new Memory<byte>(input).Pin()).ToArray();
        var models = stackalloc byte*[inputs.Length - 1];
        for (var model = 1; model < inputs.Length; model++)
            models[model - 1] = (byte*)pins[model].Pointer;
        var output = new float[Length];
        bool isFinite;
        fixed (float* to = output)
            isFinite = FusedLoop.Run<TFormula, TInput, SingleOutput>(formula, new InputPointers((byte*)pins[0].Pointer, models, inputs.Length - 1), 0, Length, (byte*)to);
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
