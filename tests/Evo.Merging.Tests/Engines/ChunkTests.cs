using System.Runtime.InteropServices;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>A tensor merged in pieces of any size has the bits of the whole (U4).</summary>
public sealed unsafe class ChunkTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var method in LargeScene.Methods)
                foreach (var piece in new[] { 1201, 8192, 99_991 })
                    cases.Add(method.Name, piece);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Pieces_have_the_bits_of_the_whole(string method, int piece)
    {
        using var scene = LargeScene.Create();
        var whole = scene.Merge(LargeScene.Recipe(method));
        var plan = scene.Plan(LargeScene.Recipe(method));
        using var workers = new CpuWorkers(1);
        using var run = new CpuRun();
        foreach (var (tensor, inputs) in plan.Tensors.Zip(CpuPlanInputs.Of(plan, workers, new PreparedCache(), CancellationToken.None)))
        {
            var kernel = tensor.Bind(inputs);
            var unit = kernel.Granularity == Granularity.Elements ? 1 : RunLengths.Of(tensor.Output, kernel.Granularity);
            var length = Math.Max(unit, piece - (piece % unit));
            var merged = new float[tensor.Output.ElementCount];
            fixed (float* output = merged)
                for (var start = 0; start < merged.Length; start += length)
                    TensorExecution.Merge(tensor, kernel, start, Math.Min(length, merged.Length - start), output + start, run);
            Assert.True(MemoryMarshal.AsBytes<float>(whole[tensor.Output.Name]).SequenceEqual(MemoryMarshal.AsBytes<float>(merged)));
        }
    }
}
