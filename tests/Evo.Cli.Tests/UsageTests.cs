using Evo.Cli.Output;

namespace Evo.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("unknown")]
    [InlineData("run")]
    [InlineData("pareto", "DIR", "--format", "xml")]
    [InlineData("resume", "DIR", "--generations", "-3")]
    [InlineData("merge", "recipe.yaml", "--out", "folder", "--memory", "plenty")]
    [InlineData("merge", "recipe.yaml", "--out", "folder", "--memory", "1MB")]
    [InlineData("merge", "recipe.yaml")]
    [InlineData("merge", "recipe.yaml", "--out", "folder", "--read-budget", "half")]
    [InlineData("run", "space.yaml", "--run-dir", "")]
    [InlineData("status", " ")]
    [InlineData("eval", "model", "--task", "task.yaml", "--device", "tpu")]
    [InlineData("eval", "model", "--task", "task.yaml", "--device", "cuda:99999999999")]
    public async Task Bad_usage_is_code_2_with_a_sentence_on_stderr_and_nothing_on_stdout(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await EvoCommandLine.RunAsync(arguments, new CliConsole(output, error, false, false));
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("evo: ", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Theory]
    [InlineData("methods")]
    [InlineData("algorithms")]
    public async Task The_catalogues_are_one_json_document_on_request(string command)
    {
        var output = new StringWriter();
        var code = await EvoCommandLine.RunAsync([command, "--json"], new CliConsole(output, TextWriter.Null, false, false));
        Assert.Equal(ExitCode.Done, code);
        var document = System.Text.Json.Nodes.JsonNode.Parse(output.ToString())!;
        Assert.NotEmpty(document[command]!.AsArray());
    }
}
