using System.Diagnostics;

namespace Evo.Inference.Benchmarks;

/// <summary>
/// Resident memory while one session serves many candidates, each scored and continued with other requests. Garbage of this program is collected before
/// each reading, so that what is left is held.
/// </summary>
internal static class MemoryGrowth
{
    public static void Print(string folder, int candidates)
    {
        using var loaded = new LoadedModel(folder);
        using var model = loaded.Create(workers: 2);
        var requests = Requests.Make(loaded.Config.VocabSize, scored: 512, generated: 64);
        var random = new Random(1);
        var watch = Stopwatch.StartNew();
        Console.WriteLine($"Memory over {candidates} candidates ({loaded.Name}, 2 workers; 32 requests scored and 8 continued for each)");
        Console.WriteLine("| candidates | resident |\n|---|---|");
        for (var candidate = 1; candidate <= candidates; candidate++)
        {
            foreach (var slot in loaded.Weights.Layout.Slots)
                System.Numerics.Tensors.TensorPrimitives.Multiply(loaded.Source[slot], 0.9f + (0.2f * random.NextSingle()), loaded.Weights[slot]);
            model.Score(requests.Score.GetRange(random.Next(480), 32));
            model.Generate(requests.Generate.GetRange(random.Next(56), 8));
            if (candidate != candidates / 10 && candidate % (candidates / 4) != 0)
                continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Console.WriteLine($"| {candidate} | {Repository.ResidentMegabytes():f1} MB |");
        }

        Console.WriteLine($"\n{watch.Elapsed.TotalMilliseconds / candidates:f1} ms a candidate.\n");
    }
}
