using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Optimization;
using Evo.Search.Spaces;
using Evo.Search.Tests.Loop.Doubles;

namespace Evo.Search.Tests.Loop;

/// <summary>
/// The test assembly as a program: <c>dotnet exec Evo.Search.Tests.dll DIRECTORY MILLISECONDS</c> runs a paper search there, so slow that
/// it can be killed.
/// </summary>
internal static class KillableSearch
{
    public static async Task<int> Main(string[] arguments)
    {
        var duration = TimeSpan.FromMilliseconds(double.Parse(arguments[1], CultureInfo.InvariantCulture));
        return (await In(arguments[0], duration).RunAsync()).ExitCode;
    }

    public static PaperSearch In(string directory, TimeSpan duration) => new()
    {
        Directory = directory,
        Population = 8,
        Budget = new Budget(10, null, null, null, null),
        InvalidAbove = 0.9,
        Evaluator = new PaperEvaluator { Duration = duration },
        Optimizer = Optimizers.Create("nsga2", new JsonObject { ["population"] = 8 }),
    };

    public static Process Start(string directory, TimeSpan duration)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        foreach (var argument in (string[])["exec", typeof(KillableSearch).Assembly.Location, directory, duration.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
