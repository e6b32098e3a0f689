using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Evo.Inference.Benchmarks;

/// <summary>
/// What a new candidate costs beyond its own arithmetic: writing it into the live buffer and the first small request after it, less the same request with
/// nothing new, beside a plain memcpy of as many bytes. Interleaved; medians.
/// </summary>
internal static unsafe class SwapCost
{
    private static readonly ScoreRequest[] Small = [new(new[] { 1, 2, 3 }, new[] { 4 })];

    public static void Print(IEnumerable<string> folders, int repeats)
    {
        Console.WriteLine("Swapping a candidate into the running session (limit: 3 times a memcpy)");
        Console.WriteLine("| model | weights | memcpy | swap | ratio |\n|---|---|---|---|---|");
        foreach (var folder in folders)
        {
            using var loaded = new LoadedModel(folder);
            using var model = loaded.Create(workers: 1);
            var bytes = (nuint)loaded.Weights.Layout.ElementCount * sizeof(float);
            var from = NativeMemory.AlignedAlloc(bytes, 64);
            var to = NativeMemory.AlignedAlloc(bytes, 64);
            NativeMemory.Fill(from, bytes, 1);
            NativeMemory.Fill(to, bytes, 2);
            var (copies, swaps, quiet) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < repeats; round++)
            {
                copies.Add(Milliseconds(() => NativeMemory.Copy(from, to, bytes)));
                quiet.Add(Milliseconds(() => model.Score(Small)));
                swaps.Add(Milliseconds(() =>
                {
                    loaded.Swap();
                    model.Score(Small);
                }));
            }

            NativeMemory.AlignedFree(from);
            NativeMemory.AlignedFree(to);
            var (copy, swap) = (Median(copies), Median(swaps) - Median(quiet));
            Console.WriteLine($"| {loaded.Name} | {loaded.Megabytes:f1} MB | {copy:f3} ms | {swap:f3} ms | {swap / copy:f2} |");
        }

        Console.WriteLine();
    }

    private static double Milliseconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
