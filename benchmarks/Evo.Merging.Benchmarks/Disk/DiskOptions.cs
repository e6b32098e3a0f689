using System.Globalization;

namespace Evo.Merging.Benchmarks.Disk;

/// <summary>What the disk benchmark is told on the command line.</summary>
/// <param name="Mergekit">A program that takes mergekit-yaml's arguments; null leaves mergekit out.</param>
/// <param name="Folder">Where models and outputs go: in memory, so that no disk is measured.</param>
/// <param name="Evo">evo.dll, or the program that a publish profile made.</param>
internal sealed record DiskOptions(string? Mergekit, string Folder, string Evo, int[] Experts, string[] Methods, int Rounds)
{
    public static DiskOptions Parse(string[] arguments)
    {
        var options = new DiskOptions(null, "/dev/shm", DefaultEvo(), [3, 8], DiskRecipes.Methods, 3);
        for (var at = 0; at < arguments.Length; at += 2)
        {
            if (at + 1 == arguments.Length)
                throw new ArgumentException($"{arguments[at]} lacks its value");
            var value = arguments[at + 1];
            options = arguments[at] switch
            {
                "--mergekit" => options with { Mergekit = value },
                "--folder" => options with { Folder = value },
                "--evo" => options with { Evo = value },
                "--experts" => options with { Experts = [.. value.Split(',').Select(count => int.Parse(count, CultureInfo.InvariantCulture))] },
                "--methods" => options with { Methods = value.Split(',') },
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                var unknown => throw new ArgumentException($"unknown option {unknown}"),
            };
        }

        return options;
    }

    private static string DefaultEvo()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Evo.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("run from the repository, or name evo with --evo");
        return Path.Combine(folder, "src", "Evo.Cli", "bin", "Release", "net10.0", "evo.dll");
    }
}
