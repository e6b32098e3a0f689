using System.Diagnostics;
using System.Globalization;

namespace Evo.Merging.Benchmarks.Disk;

/// <summary>
/// <c>evo merge</c> beside mergekit and beside the floor: the same files, the same recipes, in turns. Prints the tables of benchmarks/merging.md.
/// </summary>
internal static class DiskBenchmark
{
    public static void Run(string[] arguments)
    {
        var options = DiskOptions.Parse(arguments);
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"evo-merging-{Environment.ProcessId}")).FullName;
        try
        {
            Console.WriteLine($"{DiskModels.ElementCount / 1e6:F0} million parameters in bf16; {Environment.ProcessorCount} cores; {Load()}");
            var watch = Stopwatch.StartNew();
            DiskModels.Write(folder, options.Experts.Max() + 1);
            Console.WriteLine($"models written in {watch.Elapsed.TotalSeconds:F1} s");
            var copy = Floor.CopyBandwidth(turns: 5);
            Console.WriteLine($"memory copies {copy / 1e9:F1} GB/s");
            foreach (var experts in options.Experts)
                Table(options, folder, experts, copy);
            Console.WriteLine(Load());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Table(DiskOptions options, string folder, int experts, double copy)
    {
        Console.WriteLine();
        Console.WriteLine($"## {experts} experts");
        Console.WriteLine();
        Console.WriteLine("| method | floor s | evo s | of the floor | evo CPU s | GB/s | of copying | evo MB | mergekit s | mergekit CPU s | mergekit MB | times as fast |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var method in options.Methods)
        {
            var inputs = DiskRecipes.Inputs(method, experts);
            var recipe = Path.Combine(folder, $"{method}-{experts}.yml");
            File.WriteAllText(recipe, DiskRecipes.Text(method, inputs, folder));
            var files = inputs.Select(model => Path.Combine(folder, DiskModels.Name(model), "model.safetensors")).ToArray();
            var floor = double.MaxValue;
            var evo = new List<Measurement>();
            Measurement? mergekit = null;
            for (var round = 0; round < options.Rounds; round++)
            {
                floor = Math.Min(floor, Floor.Seconds(files, Path.Combine(folder, "floor"), turns: 2));
                evo.Add(Merge("dotnet", [options.Evo, "merge", recipe, "--out"], folder));
                if (round == 0 && options.Mergekit is { } program)
                    mergekit = Merge(program, [recipe], folder, "--no-copy-tokenizer", "--random-seed", "1");
            }

            var best = evo.MinBy(run => run.Wall)!;
            var bytes = (inputs.Length + 1) * 2.0 * DiskModels.ElementCount;
            Console.WriteLine(string.Join(" | ",
                $"| {method}", $"{floor:F2}", $"{best.Wall:F2}", $"{best.Wall / floor:F2}", $"{evo.Min(run => run.Cpu):F2}", $"{bytes / best.Wall / 1e9:F1}",
                $"{bytes / best.Wall / copy:P0}", $"{evo.Max(run => run.PeakAnonymous) / 1e6:F0}",
                $"{mergekit?.Wall:F1}", $"{mergekit?.Cpu:F1}", $"{mergekit?.PeakAnonymous / 1e6:F0}", $"{mergekit?.Wall / best.Wall:F1} |"));
        }
    }

    private static Measurement Merge(string program, string[] arguments, string folder, params string[] options)
    {
        var output = Path.Combine(folder, "out");
        var measured = MeasuredProcess.Run(program, [.. arguments, output, .. options]);
        Directory.Delete(output, recursive: true);
        return measured;
    }

    private static string Load() => $"load average {string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3])}"
        .ToString(CultureInfo.InvariantCulture);
}
