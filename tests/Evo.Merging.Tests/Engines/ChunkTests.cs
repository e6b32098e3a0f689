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

    /// <summary>Methods that solve whole matrices, and those that stand on one: their vectors go in pieces, and what stands on a matrix does.</summary>
    public static TheoryData<string, string> Whole
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var method in MergeMethods.All.Except(LargeScene.Methods))
                cases.Add(method.Name, "{}");
            foreach (var method in new[] { "consensus", "mergevla" })
                cases.Add(method, "{backbone: tsv_m, task: 2}");
            cases.Add("bmm", "{anchor: wudi}");
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Pieces_have_the_bits_of_the_whole(string method, int piece)
    {
        using var scene = LargeScene.Create();
        Expect(scene, LargeScene.Recipe(method), piece);
    }

    [Theory, MemberData(nameof(Whole))]
    public void Pieces_beside_whole_matrices_have_the_bits_of_the_whole(string method, string parameters)
    {
        using var scene = new MergeScene(("base", Model(1)), ("one", Model(2)), ("two", Model(3)));
        var @base = MergeMethods.Find(method)!.Needs.NeedsBase ? "base_model: base, " : "";
        var recipe = $"{{merge_method: {method}, {@base}models: [{{model: one, parameters: {{weight: 1}}}}, {{model: two, parameters: {{weight: 1}}}}], parameters: {parameters}}}";
        foreach (var piece in new[] { 1201, 8192, 99_991 })
            Expect(scene, recipe, piece);

        static TinyModel Model(int seed)
        {
            var random = new Random(seed);
            return new TinyModel().With(Names.Norm(0), [20_011], Values(20_011)).With(Names.Up(0), [83, 61], Values(83 * 61));

            float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
        }
    }

    private static void Expect(MergeScene scene, string recipe, int piece)
    {
        var whole = scene.Merge(recipe);
        var plan = scene.Plan(recipe);
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
