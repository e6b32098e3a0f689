namespace Evo.Inference.Benchmarks;

/// <summary>Where the program runs.</summary>
internal static class Repository
{
    public static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Evo.sln")))
                return folder;
        }

        throw new DirectoryNotFoundException("Run the benchmark from a checkout: Evo.sln is in none of the folders above the program.");
    }

    /// <summary>The machine's load over the last minute: how much else it was doing.</summary>
    public static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>Resident memory of this process, in MB.</summary>
    public static double ResidentMegabytes() => Environment.WorkingSet / 1e6;
}
