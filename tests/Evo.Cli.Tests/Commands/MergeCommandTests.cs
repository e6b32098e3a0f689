using System.Text.Json.Nodes;
using Evo.Cli.Output;

namespace Evo.Cli.Tests.Commands;

/// <summary><c>evo merge</c> on the trained models of this repository.</summary>
public sealed class MergeCommandTests : IDisposable
{
    private const string TwoMerges = """
        name: experts
        merge_method: linear
        models: [{model: models/addition}, {model: models/sorting}]
        parameters: {weight: 1}
        ---
        merge_method: task_arithmetic
        base_model: models/base
        models: [{model: experts, parameters: {weight: [0.5, 1]}}]
        tokenizer: {source: union, tokens: {extra: {source: {kind: zero}}}, pad_to_multiple_of: 64}
        chat_template: chatml
        dtype: float32
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evo-merge-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Merges_that_are_built_on_each_other_leave_one_folder()
    {
        var (code, output, error) = await RunAsync(TwoMerges, "--json");
        Assert.True(code == ExitCode.Done, error);
        var document = JsonNode.Parse(output)!;
        Assert.Equal("task_arithmetic", (string)document["method"]!);
        Assert.Equal("experts", (string)document["stages"]![0]!["name"]!);
        Assert.Equal((long)document["stages"]![0]!["bytesWritten"]!, (long)document["temporaryBytes"]!);
        Assert.Equal(64, ((string)document["id"]!).Length);
        Assert.Contains("first 'experts'", error, StringComparison.Ordinal);
        Assert.Equal(["merged", "recipe.yaml"], Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.FullName, "merged", "config.json")))!;
        Assert.Equal(704, (int)config["vocab_size"]!);
        Assert.Contains("im_start", File.ReadAllText(Path.Combine(_folder.FullName, "merged", "chat_template.jinja")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_honoured_is_bad_usage_with_line_and_column_and_leaves_nothing()
    {
        var (code, output, error) = await RunAsync(TwoMerges.Replace("kind: zero", "kind: zero, model: x", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.Contains("recipe.yaml:9:66: unknown key 'model' in a zero row", error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string recipe, params string[] options)
    {
        var path = Path.Combine(_folder.FullName, "recipe.yaml");
        File.WriteAllText(path, recipe);
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await EvoCommandLine.RunAsync(
            ["merge", path, "--out", Path.Combine(_folder.FullName, "merged"), "--models-from", Models(), .. options], new CliConsole(output, error, false, false));
        return (code, output.ToString(), error.ToString());
    }

    private static string Models()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Evo.sln")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "search-spaces");
    }
}
