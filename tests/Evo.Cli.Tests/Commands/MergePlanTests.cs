using System.Text.Json.Nodes;
using Evo.Cli.Commands;
using Evo.Cli.Output;

namespace Evo.Cli.Tests.Commands;

/// <summary><c>evo plan RECIPE</c>, <c>evo merge --dry-run</c> and <c>--read-budget</c> on the models of the quickstart.</summary>
public sealed class MergePlanTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evo-plan-").FullName;

    private string Recipe
    {
        get
        {
            var path = Path.Combine(_folder, "recipe.yaml");
            File.WriteAllText(path, "{merge_method: task_arithmetic, base_model: base, models: [{model: sorting, parameters: {weight: 0.6}}, {model: reversal, parameters: {weight: 0.3}}], dtype: float32}");
            return path;
        }
    }

    private static string Models
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Evo.sln")))
                folder = folder.Parent!;
            return Path.Combine(folder.FullName, "search-spaces", "models");
        }
    }

    [Fact]
    public async Task A_recipe_and_a_dry_run_are_planned_alike()
    {
        var plan = JsonNode.Parse(await Output("plan", Recipe, "--models-from", Models, "--json"))!;
        var dry = JsonNode.Parse(await Output("merge", Recipe, "--models-from", Models, "--dry-run", "--json"))!;
        Assert.Equal("evo.merge-plan/1", (string)plan["schema"]!);
        foreach (var key in new[] { "bytesRead", "bytesWritten", "tensors" })
        {
            Assert.True((long)plan[key]! > 0);
            Assert.Equal((long)plan[key]!, (long)dry[key]!);
        }

        Assert.Equal("task_arithmetic", (string)plan["methods"]![0]!["method"]!);
    }

    [Fact]
    public async Task A_read_budget_says_what_it_left_out_and_reads_less()
    {
        var options = new[] { "--models-from", Models, "--read-budget", "40%", "--catalog", Path.Combine(_folder, "catalog") };
        var whole = JsonNode.Parse(await Output(["plan", Recipe, "--models-from", Models, "--json"]))!;
        var dry = JsonNode.Parse(await Output(["merge", Recipe, "--dry-run", "--json", .. options]))!;
        var skipped = (long)dry["readBudget"]!["skippedBytes"]!;
        Assert.InRange((double)dry["readBudget"]!["skippedEnergyShare"]!, 1e-9, 0.6);
        Assert.Equal((long)whole["bytesRead"]! - skipped, (long)dry["bytesRead"]!);

        var text = await Output(["merge", Recipe, "--out", Path.Combine(_folder, "merged"), .. options]);
        Assert.Contains("of the task vectors' energy", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "merged", "model.safetensors")));
    }

    [Fact]
    public async Task Block_statistics_lie_beside_the_recipe_unless_a_folder_is_named()
    {
        await Output(["merge", Recipe, "--dry-run", "--read-budget", "40%", "--models-from", Models, "--catalog", Path.Combine(_folder, "named")]);
        Assert.False(Directory.Exists(Path.Combine(_folder, ".evo")));
        await Output(["merge", Recipe, "--dry-run", "--read-budget", "40%", "--models-from", Models]);
        Assert.Equal(
            Directory.GetFiles(Path.Combine(_folder, "named"), "*.task-vectors").Select(Path.GetFileName).Order(),
            Directory.GetFiles(Path.Combine(_folder, ".evo", "task-vectors"), "*.task-vectors").Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("40%", 1000, 400L)]
    [InlineData("100%", 1001, 1001L)]
    [InlineData("12.5%", 1000, 125L)]
    [InlineData("2kB", 1000, 2000L)]
    [InlineData("101%", 1000, null)]
    [InlineData("%", 1000, null)]
    [InlineData("little", 1000, null)]
    public void Budgets_are_shares_or_sizes(string text, long whole, long? bytes) => Assert.Equal(bytes, MergeOptions.Bytes(text, whole));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> Output(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await EvoCommandLine.RunAsync(arguments, new CliConsole(output, error, false, false));
        Assert.Equal("", error.ToString());
        Assert.Equal(ExitCode.Done, code);
        return output.ToString();
    }
}
