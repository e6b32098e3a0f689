// Speed of merging, each figure beside the machine's own bandwidth in the same run.
// Run: dotnet run -c Release --project benchmarks/Evo.Merging.Benchmarks -- memory [SIZE|FOLDER] [METHOD...]
// `models FOLDER [SIZE]` makes the models once, to be used again as `memory FOLDER`.
//      dotnet run -c Release --project benchmarks/Evo.Merging.Benchmarks -- spectral [WIDTH [METHOD ...]]
//      dotnet run -c Release --project benchmarks/Evo.Merging.Benchmarks -- disk [--mergekit PROGRAM]
//      dotnet run -c Release --project benchmarks/Evo.Merging.Benchmarks -- adapted [RANK ...]
using System.Globalization;
using Evo.Merging.Benchmarks;
using Evo.Merging.Benchmarks.Disk;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args.FirstOrDefault() ?? "memory")
{
    case "memory":
        InMemory.Run(args.ElementAtOrDefault(1) ?? "250M", [.. args.Skip(2)]);
        break;
    case "spectral":
        Spectral.Run(int.Parse(args.ElementAtOrDefault(1) ?? "1024", CultureInfo.InvariantCulture), [.. args.Skip(2)]);
        break;
    case "floor":
        Console.WriteLine(Floor.Run(args[1], args[2..]));
        break;
    case "disk":
        DiskBenchmark.Run([.. args.Skip(1)]);
        break;
    case "models":
        InMemory.MakeModels(args[1], args.ElementAtOrDefault(2) ?? "250M");
        break;
    case "adapted":
        AdaptedParents.Run([.. args.Skip(1)]);
        break;
    case var other:
        Console.Error.WriteLine($"no part '{other}': memory, spectral, disk, models, adapted");
        break;
}
