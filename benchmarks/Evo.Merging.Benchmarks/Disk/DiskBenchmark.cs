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
        Console.WriteLine("| method | floor s (its work alone) | floor CPU s | evo s (the merge alone) | of the floor (alone) | evo CPU s | of the floor's | GB/s | of copying | evo MB "
            + "| mergekit s | mergekit CPU s | mergekit MB | evo times as fast | by CPU |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var method in options.Methods)
        {
            var inputs = DiskRecipes.Inputs(method, experts);
            var recipe = Path.Combine(folder, $"{method}-{experts}.yml");
            File.WriteAllText(recipe, DiskRecipes.Text(method, inputs, folder));
            var files = inputs.Select(model => Path.Combine(folder, DiskModels.Name(model), "model.safetensors")).ToArray();
            var (floors, merges) = (new List<Measurement>(), new List<Measurement>());
            Measurement? mergekit = null;
            for (var round = 0; round < options.Rounds; round++)
            {
                var output = Path.Combine(folder, "floor");
                floors.Add(MeasuredProcess.Run("dotnet", Floor.Command(output, files)));
                File.Delete(output);
                merges.Add(options.Evo.EndsWith(".dll", StringComparison.Ordinal)
                    ? Merge("dotnet", [options.Evo, "merge", recipe, "--out"], folder)
                    : Merge(options.Evo, ["merge", recipe, "--out"], folder));
                if (round == 0 && options.Mergekit is { } program)
                    mergekit = Merge(program, [recipe], folder, "--no-copy-tokenizer", "--random-seed", "1", "--num-threads", $"{Environment.ProcessorCount}");
            }

            var (floor, evo) = (floors.MinBy(run => run.Wall)!, merges.MinBy(run => run.Wall)!);
            var (floorCpu, evoCpu) = (floors.Min(run => run.Cpu), merges.Min(run => run.Cpu));
            var work = floors.Min(run => double.Parse(run.Output, CultureInfo.InvariantCulture));
            var merge = merges.Min(run => Seconds(run.Output));
            var speed = (inputs.Length + 1) * 2.0 * DiskModels.ElementCount / evo.Wall;
            Console.WriteLine(string.Join(" | ",
                $"| {method}", $"{floor.Wall:F2} ({work:F2})", $"{floorCpu:F2}", $"{evo.Wall:F2} ({merge:F2})", $"{evo.Wall / floor.Wall:F2} ({merge / work:F2})", $"{evoCpu:F2}", $"{evoCpu / floorCpu:F2}",
                $"{speed / 1e9:F1}", $"{speed / copy:P0}", $"{merges.Max(run => run.PeakAnonymous) / 1e6:F0}",
                $"{mergekit?.Wall:F1}", $"{mergekit?.Cpu:F1}", $"{mergekit?.PeakAnonymous / 1e6:F0}", $"{mergekit?.Wall / evo.Wall:F1}", $"{mergekit?.Cpu / evoCpu:F1} |"));
        }
    }

    private static Measurement Merge(string program, string[] arguments, string folder, params string[] options)
    {
        var output = Path.Combine(folder, "out");
        var measured = MeasuredProcess.Run(program, [.. arguments, output, .. options]);
        Directory.Delete(output, recursive: true);
        return measured;
    }

    /// <summary>How long the merge took by evo's own account: "... in 0.45 s".</summary>
    private static double Seconds(string output) =>
        double.Parse(output.AsSpan(output.LastIndexOf(" in ", StringComparison.Ordinal) + 4).Trim().TrimEnd('s').Trim(), CultureInfo.InvariantCulture);

    private static string Load() => $"load average {string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3])}"
        .ToString(CultureInfo.InvariantCulture);
}
