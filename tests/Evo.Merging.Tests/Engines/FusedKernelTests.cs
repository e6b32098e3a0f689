using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Engines.Cpu.Fused;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;
using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>Kernels in one pass over registers have the bits of the same kernels block by block.</summary>
public sealed unsafe class FusedKernelTests
{
    public static TheoryData<string> Methods => [.. LargeScene.Methods.Select(method => method.Name)];

    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 72)];

    [Theory, MemberData(nameof(Methods))]
    public void One_pass_has_the_bits_of_many(string method)
    {
        foreach (var stored in new[] { ElementType.BF16, ElementType.F32, ElementType.F16 })
        {
            using var scene = LargeScene.Create(stored);
            foreach (var more in new[] { ", dtype: bfloat16", ", dtype: float32", ", dtype: float16" })
                foreach (var density in new[] { 0.6, 1, 0 })
                    Compare(scene, LargeScene.Recipe(method, density, more));
        }
    }

    [Theory]
    [InlineData("ties", "{rescale: true, lambda: 0.7}", "weight: -0.5, density: 0.3")]
    [InlineData("ties", "{normalize: false}", "weight: 0.5, density: 0.01")]
    [InlineData("ties", "{lambda: -1}", "weight: -0.7, density: 0")]
    [InlineData("ties", "{}", "weight: 0, density: 1")]
    [InlineData("dare_ties", "{normalize: true, inverse_density: true}", "weight: -0.5, density: 0.3")]
    [InlineData("dare_linear", "{normalize: true, lambda: 1.5}", "weight: 2.5, density: 0.9")]
    [InlineData("task_arithmetic", "{normalize: true, lambda: -1}", "weight: -1.5")]
    [InlineData("linear", "{normalize: false}", "weight: -3.25")]
    [InlineData("breadcrumbs", "{rescale: true}", "weight: 1.5, density: 0.4, gamma: 0.2")]
    [InlineData("breadcrumbs_ties", "{normalize: true}", "weight: -0.5, density: 0.9, gamma: 0.01")]
    public void Parameters_reach_the_formula(string method, string global, string ofOne)
    {
        using var scene = LargeScene.Create();
        var @base = method == "linear" ? "" : "base_model: base, ";
        Compare(
            scene, $"{{merge_method: {method}, {@base}models: [{{model: one, parameters: {{{ofOne}}}}}, {{model: two, parameters: {{weight: 0.7, density: 0.5}}}}], parameters: {global}}}");
    }

    [Theory]
    [InlineData(2, ElementType.BF16)]
    [InlineData(3, ElementType.BF16)]
    [InlineData(4, ElementType.BF16)]
    [InlineData(3, ElementType.F32)]
    [InlineData(3, ElementType.F16)]
    public void Trimmed_models_that_are_few_elect_as_block_by_block(int models, ElementType stored)
    {
        using var scene = LargeScene.Create(stored, models);
        foreach (var sign in new[] { 1, -1 })
            foreach (var more in new[] { "", ", dtype: bfloat16" })
            {
                var parents = new[] { "one", "two", "three", "four" }.Take(models).Select((name, index) => string.Create(
                    CultureInfo.InvariantCulture, $"{{model: {name}, parameters: {{weight: {sign * (0.3 + (0.25 * index))}, density: {0.3 + (0.2 * index)}}}}}"));
                var recipe = $"{{merge_method: ties, base_model: base, models: [{string.Join(", ", parents)}], parameters: {{lambda: 0.9}}{more}}}";
                var plan = scene.Plan(recipe);
                using var workers = new CpuWorkers(1);
                foreach (var (tensor, inputs) in plan.Tensors.Zip(CpuPlanInputs.Of(plan, workers, new PreparedCache(), CancellationToken.None)))
                {
                    var kernel = (SignElectionKernel)tensor.Bind(inputs);
                    Assert.True(SmallSignElection.Covers(kernel));
                    Assert.Equal(Avx512F.IsSupported, TabledDivisor.TryCreate(kernel, out _));
                }

                Compare(scene, recipe);
            }
    }

    [Theory]
    [InlineData("weight: 1.56263864, density: 0.4")] // a divisor that no table takes
    [InlineData("weight: 0.5, density: 1")] // deltas too small for one
    public void Elections_without_a_table_divide(string ofOne)
    {
        using var scene = LargeScene.Create();
        var recipe = $"{{merge_method: ties, base_model: base, models: [{{model: one, parameters: {{{ofOne}}}}}, {{model: two, parameters: {{weight: 0.7, density: 0.5}}}}]}}";
        var plan = scene.Plan(recipe);
        using var workers = new CpuWorkers(1);
        foreach (var (tensor, inputs) in plan.Tensors.Zip(CpuPlanInputs.Of(plan, workers, new PreparedCache(), CancellationToken.None)))
            Assert.False(TabledDivisor.TryCreate((SignElectionKernel)tensor.Bind(inputs), out _));
        Compare(scene, recipe);
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Every_element_is_merged_and_looked_at(int length)
    {
        var input = Enumerable.Range(1, length).Select(i => i + 0.1f).ToArray();
        Assert.True(Copy<SingleOutput>(input, out var copy));
        Assert.Equal(input, MemoryMarshal.Cast<byte, float>(copy).ToArray());

        Assert.True(Copy<BFloat16Output>(input, out var stored));
        var expected = new byte[2 * length];
        Floats.FromSingle(input, ElementType.BF16, expected);
        Assert.Equal(expected, stored);

        Assert.True(Copy<RoundedSingleOutput>(input, out var rounded));
        var widened = new float[length];
        Floats.ToSingle(expected, ElementType.BF16, widened);
        Assert.Equal(widened, MemoryMarshal.Cast<byte, float>(rounded).ToArray());

        for (var i = 0; i < length; i++)
            foreach (var bad in new[] { float.NaN, BitConverter.Int32BitsToSingle(0x7FFFFFFF), BitConverter.Int32BitsToSingle(-1), float.PositiveInfinity, float.NegativeInfinity })
            {
                var spoilt = (float[])input.Clone();
                spoilt[i] = bad;
                Assert.False(Copy<SingleOutput>(spoilt, out _));
                Assert.False(Copy<BFloat16Output>(spoilt, out _));
                Assert.False(Copy<RoundedSingleOutput>(spoilt, out _));
                Assert.False(Copy<StreamedOutput<SingleOutput>>(spoilt, out _));
            }
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Even_and_odd_elements_come_back_to_their_places(int length)
    {
        if (!Avx2.IsSupported)
            return; // never loaded so there
        var stored = new byte[2 * length];
        Floats.FromSingle([.. Enumerable.Range(1, length).Select(i => i + 0.1f)], ElementType.BF16, stored);
        Same<EvenOddBFloat16Output, BFloat16Output>(stored);
        Same<EvenOddOutput<RoundedSingleOutput>, RoundedSingleOutput>(stored);
        Same<EvenOddOutput<SingleOutput>, SingleOutput>(stored);
        Same<EvenOddOutput<StreamedOutput<SingleOutput>>, SingleOutput>(stored);

        for (var i = 0; i < length; i++)
        {
            var spoilt = (byte[])stored.Clone();
            (spoilt[2 * i], spoilt[(2 * i) + 1]) = (0x80, 0x7F);
            Assert.False(Copy<EvenOddBFloat16Input, EvenOddBFloat16Output>(spoilt, out _));
            Assert.False(Copy<EvenOddBFloat16Input, EvenOddOutput<SingleOutput>>(spoilt, out _));
        }

        static void Same<TEvenOdd, TInOrder>(byte[] stored)
            where TEvenOdd : struct, IOutputElements
            where TInOrder : struct, IOutputElements
        {
            Assert.True(Copy<BFloat16Input, TInOrder>(stored, out var expected));
            Assert.True(Copy<EvenOddBFloat16Input, TEvenOdd>(stored, out var copy));
            Assert.Equal(expected, copy);
        }
    }

    [Theory]
    [InlineData(0x7F7F7FFF, true)]
    [InlineData(0x7F7F8000, false)] // the tie goes up to the even mantissa, which is infinity's
    public void What_rounding_makes_infinite_is_seen(int bits, bool isFinite)
    {
        var value = BitConverter.Int32BitsToSingle(bits);
        Assert.Equal(isFinite, Copy<BFloat16Output>([value], out _));
        Assert.Equal(isFinite, Copy<RoundedSingleOutput>([-value], out _));
        Assert.True(Copy<SingleOutput>([value], out _));
    }

    [Fact]
    public void Vector_draws_are_the_scalar_ones()
    {
        var key = MaskKey.Of(3, "content", "tensor");
        foreach (var start in new[] { 0L, 17, (1L << 32) - 8192, (1L << 33) + 5 })
        {
            var draws = MaskKey.Draws(Vector512<uint>.Indices + Vector512.Create((uint)start + key.First), key.SecondWord(start));
            for (var lane = 0; lane < 16; lane++)
                Assert.Equal(key.Draw(start + lane), draws[lane]);
        }
    }

    [Fact]
    public void Masks_follow_even_and_odd_elements()
    {
        var share = new SparseShare(new TaskVectorShare(new Sparsity(Mask: MaskKey.Of(3, "content", "tensor"), Density: 0.5), 1));
        share.Place(160);
        var inOrder = share.Sparse(Vector512<float>.One, BFloat16Input.Indices + Vector512.Create(48u));
        var shuffled = share.Sparse(Vector512<float>.One, EvenOddBFloat16Input.Indices + Vector512.Create(48u));
        Assert.InRange(Vector512.Sum(inOrder), 1, 15);
        for (var lane = 0; lane < 16; lane++)
            Assert.Equal(inOrder[(int)EvenOddBFloat16Input.Indices[lane]], shuffled[lane]);
    }

    [Theory]
    [InlineData(0, 10, 11)]
    [InlineData(10, 10, 1)]
    [InlineData(11, 10, (1L << 32) - 11)]
    [InlineData((1L << 32) - 3, long.MaxValue, 3)]
    [InlineData(1L << 33, -1, 1L << 32)]
    public void A_stretch_ends_where_ties_do_and_where_counters_turn_over(long start, long lastTie, long reach) =>
        Assert.Equal(reach, new SparseShare(new(new(new MagnitudeCut(1, lastTie)), 1)).Reach(start));

    private static bool Copy<TOutput>(float[] input, out byte[] output)
        where TOutput : struct, IOutputElements => Copy<SingleInput, TOutput>(MemoryMarshal.AsBytes<float>(input).ToArray(), out output);

    private static bool Copy<TInput, TOutput>(byte[] input, out byte[] output)
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        var length = input.Length / TInput.Size;
        output = new byte[length * TOutput.Size];
        fixed (byte* from = input, to = output)
        {
            var model = from;
            return FusedLoop.Run<CopyFormula, TInput, TOutput>(default, new InputPointers(null, &model, 1), 0, length, to);
        }
    }

    private static void Compare(MergeScene scene, string recipe)
    {
        var plan = scene.Plan(recipe);
        using var workers = new CpuWorkers(2);
        using var run = new CpuRun();
        foreach (var (tensor, inputs) in plan.Tensors.Zip(CpuPlanInputs.Of(plan, workers, new PreparedCache(), CancellationToken.None)))
        {
            var kernel = tensor.Bind(inputs);
            var length = (int)tensor.Output.ElementCount;
            var blockwise = new float[length];
            fixed (float* expected = blockwise)
                TensorExecution.Merge(tensor, kernel, 0, length, expected, run, blockwise: true);
            Assert.True(IsSame(blockwise, Merged(tensor, kernel, length, run, pastCaches: false, shift: 0)), $"{recipe}: '{tensor.Output.Name}' differs");
            foreach (var shift in new[] { 0, 3 })
                Assert.True(IsSame(blockwise, Merged(tensor, kernel, length, run, pastCaches: true, shift)), $"{recipe}: '{tensor.Output.Name}' differs past the caches");
        }
    }

    /// <param name="shift">Elements between aligned memory and the output.</param>
    private static float[] Merged(PlannedTensor tensor, ITensorKernel kernel, int length, CpuRun run, bool pastCaches, int shift)
    {
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + shift) * sizeof(float), 64);
        try
        {
            var piece = TensorExecution.PieceLength(tensor, kernel);
            for (var start = 0; start < length; start += piece)
                TensorExecution.Merge(tensor, kernel, start, Math.Min(piece, length - start), memory + shift + start, run, pastCaches);
            return new Span<float>(memory + shift, length).ToArray();
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static bool IsSame(float[] expected, float[] actual) => MemoryMarshal.AsBytes<float>(expected).SequenceEqual(MemoryMarshal.AsBytes<float>(actual));
}
