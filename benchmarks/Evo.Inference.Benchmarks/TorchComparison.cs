using System.Diagnostics;
using System.Text.Json;

namespace Evo.Inference.Benchmarks;

/// <summary>
/// Tokens a second beside PyTorch: the same model, requests and number of threads, in turns. Wall and CPU time of each side's best turn; on a shared machine
/// CPU time is the one to trust, and wall time of two threads the least.
/// </summary>
internal static class TorchComparison
{
    public static void Print(IEnumerable<string> folders, string python, string script, string scratch, int rounds)
    {
        Console.WriteLine("Beside PyTorch: tokens a second by CPU time (by wall time), best of the turns");
        Console.WriteLine("| model | threads | work | Evo | PyTorch | ratio | agreement |\n|---|---|---|---|---|---|---|");
        foreach (var folder in folders)
        {
            using var loaded = new LoadedModel(folder);
            var requests = loaded.Megabytes < 20
                ? Requests.Make(loaded.Config.VocabSize, scored: 256, generated: 128)
                : Requests.Make(loaded.Config.VocabSize, scored: 64, generated: 64);
            var file = Path.Combine(scratch, $"requests-{loaded.Name}.json");
            File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(requests.ToJson()));
            foreach (var threads in new[] { 1, 2 })
                Compare(loaded, requests, file, threads, python, script, rounds);
        }

        Console.WriteLine($"\nLoad average {Repository.LoadAverage()} at the end.");
    }

    private static void Compare(LoadedModel loaded, Requests requests, string file, int threads, string python, string script, int rounds)
    {
        using var model = loaded.Create(threads);
        var (ours, theirs) = ((Score: Spent.Worst, Generate: Spent.Worst), (Score: Spent.Worst, Generate: Spent.Worst));
        var agreement = (Score: "", Generate: "");
        for (var round = 0; round < rounds; round++)
        {
            IReadOnlyList<ScoreResult> scores = [];
            IReadOnlyList<GenerateResult> texts = [];
            for (var repeat = 0; repeat < 3; repeat++)
            {
                ours.Score = ours.Score.Better(Spent.By(() => scores = model.Score(requests.Score)));
                ours.Generate = ours.Generate.Better(Spent.By(() => texts = model.Generate(requests.Generate)));
            }

            if (Torch(loaded.Folder, file, threads, python, script) is not { } torch)
            {
                Console.WriteLine($"\nPyTorch did not run ({python}); the comparison is left out.");
                return;
            }

            double Seconds(string name) => torch.RootElement.GetProperty(name).GetDouble();
            theirs.Score = theirs.Score.Better(new Spent(Seconds("scoreSeconds"), Seconds("scoreCpuSeconds")));
            theirs.Generate = theirs.Generate.Better(new Spent(Seconds("generateSeconds"), Seconds("generateCpuSeconds")));
            var sums = torch.RootElement.GetProperty("logLikelihoods").EnumerateArray().Select(sum => sum.GetDouble());
            agreement.Score = $"largest difference {scores.Zip(sums, (score, sum) => Math.Abs(score.LogLikelihood - sum)).Max():e1} nats";
            var tokens = torch.RootElement.GetProperty("tokens").EnumerateArray().Select(list => list.EnumerateArray().Select(id => id.GetInt32()));
            agreement.Generate = $"{texts.Zip(tokens, (text, ids) => text.Tokens.SequenceEqual(ids)).Count(same => same)}/{texts.Count} texts equal";
            torch.Dispose();
        }

        Row("score", requests.Score.Sum(request => request.Context.Length + request.Continuation.Length), ours.Score, theirs.Score, agreement.Score);
        Row("greedy", requests.Generate.Count * Requests.NewTokens, ours.Generate, theirs.Generate, agreement.Generate);

        void Row(string work, int tokens, Spent evo, Spent torch, string agrees) => Console.WriteLine(
            $"| {loaded.Name} | {threads} | {work} | {tokens / evo.Cpu:n0} ({tokens / evo.Wall:n0}) | {tokens / torch.Cpu:n0} ({tokens / torch.Wall:n0}) | {torch.Cpu / evo.Cpu:f2} ({torch.Wall / evo.Wall:f2}) | {agrees} |");
    }

    private static JsonDocument? Torch(string folder, string requests, int threads, string python, string script)
    {
        var start = new ProcessStartInfo(python, [script, folder, requests, "--threads", $"{threads}", "--repeats", "3"]) { RedirectStandardOutput = true };
        start.Environment["OMP_WAIT_POLICY"] = "passive"; // threads that wait give their core away: on a shared machine PyTorch is several times faster so
        start.Environment["OPENBLAS_THREAD_TIMEOUT"] = "4";
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? JsonDocument.Parse(output) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Seconds of wall and of CPU time.</summary>
    private readonly record struct Spent(double Wall, double Cpu)
    {
        public static readonly Spent Worst = new(double.PositiveInfinity, double.PositiveInfinity);

        public Spent Better(Spent other) => new(Math.Min(Wall, other.Wall), Math.Min(Cpu, other.Cpu));

        public static Spent By(Action work)
        {
            var (wall, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            work();
            return new Spent(Stopwatch.GetElapsedTime(wall).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        }
    }
}
