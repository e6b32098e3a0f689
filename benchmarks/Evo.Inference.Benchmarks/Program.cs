using Evo.Inference.Benchmarks;

// dotnet run -c Release --project benchmarks/Evo.Inference.Benchmarks -- [--python PATH] [--rounds N] [--candidates N]
// Prints the tables of benchmarks/inference.md. PyTorch is optional: without it the comparison is left out, and said to be.
var python = Option("--python") ?? "python3";
var rounds = int.Parse(Option("--rounds") ?? "5", System.Globalization.CultureInfo.InvariantCulture);
var candidates = int.Parse(Option("--candidates") ?? "1000", System.Globalization.CultureInfo.InvariantCulture);
var root = Repository.Root();

using var scratch = new Scratch();
var family = Path.Combine(root, "search-spaces", "models", "base");
var larger = RandomModel.Write(Path.Combine(scratch.Path, "llama-15m"));

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, load average {Repository.LoadAverage()} at the start\n");
SwapCost.Print([family, larger], rounds * 40);
MemoryGrowth.Print(family, candidates);
TorchComparison.Print([family, larger], python, Path.Combine(root, "benchmarks", "inference_torch.py"), scratch.Path, rounds);

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var index && index + 1 < args.Length ? args[index + 1] : null;
