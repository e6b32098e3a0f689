using System.Diagnostics;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Planning;

namespace Evo.Merging.Benchmarks;

/// <summary>What W + s·B·A on the fly costs beside reading W: one thread, runs of 8,192 elements, bf16 base.</summary>
internal static class AdaptedParents
{
    private const int RunLength = 8192;

    public static void Run(string[] ranks)
    {
        var folder = Directory.CreateTempSubdirectory("evo-adapted-").FullName;
        try
        {
            SyntheticParents.Write(folder, models: 1, width: 2048, layers: 2, vocabulary: 1000);
            foreach (var rank in ranks.Length > 0 ? Array.ConvertAll(ranks, int.Parse) : [8, 16, 64])
            {
                WriteAdapter(folder, rank);
                using var parents = ParentModels.Open(["m0", $"m0+r{rank}"], folder);
                var names = parents["m0"].Tensors.Where(tensor => tensor.Name.Contains("proj", StringComparison.Ordinal)).ToArray();
                var elements = names.Sum(tensor => tensor.ElementCount);
                var (plain, adapted) = (Seconds(parents, "m0", names), Seconds(parents, $"m0+r{rank}", names));
                Console.WriteLine($"rank {rank,3}: W {1e9 * plain / elements,5:F2} ns/element, W + s·B·A {1e9 * adapted / elements,5:F2} ns/element ({adapted / plain:F2}x), "
                    + $"{2e-9 * rank * elements / (adapted - plain):F0} GFLOP/s for the product");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The best of five passes over all matrices.</summary>
    private static double Seconds(ParentModels parents, string model, TensorInfo[] tensors)
    {
        var values = new float[RunLength];
        return Enumerable.Range(0, 5).Min(_ =>
        {
            var watch = Stopwatch.StartNew();
            foreach (var tensor in tensors)
            {
                var source = parents.Tensor(model, tensor.Name)!;
                for (long start = 0; start < tensor.ElementCount; start += RunLength)
                    source.ReadFloats(start, values.AsSpan(0, (int)Math.Min(RunLength, tensor.ElementCount - start)));
            }

            return watch.Elapsed.TotalSeconds;
        });
    }

    private static void WriteAdapter(string folder, int rank)
    {
        using var model = ModelFolder.Open(Path.Combine(folder, "m0"));
        var random = new Random(rank);
        var config = new JsonObject { ["peft_type"] = "LORA", ["r"] = rank, ["lora_alpha"] = 16, ["target_modules"] = "all-linear" };
        var tensors = model.Tensors.Where(tensor => tensor.Name.Contains("proj", StringComparison.Ordinal)).SelectMany(tensor =>
        {
            var module = "base_model.model." + tensor.Name[..^".weight".Length];
            return (TensorInfo[])[
                new TensorInfo(module + ".lora_A.weight", ElementType.BF16, [rank, tensor.Shape[1]]),
                new TensorInfo(module + ".lora_B.weight", ElementType.BF16, [tensor.Shape[0], rank]),
            ];
        }).ToArray();
        using var writer = AdapterFolderWriter.Create(Path.Combine(folder, $"r{rank}"), config, tensors);
        foreach (var tensor in tensors)
            writer.WriteFloats(tensor.Name, [.. Enumerable.Range(0, (int)tensor.ElementCount).Select(_ => (float)(random.NextDouble() - 0.5) / 100)]);
        writer.Complete();
    }
}
