using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Optimization;
using Evo.Search.Fronts;
using Evo.Search.Runs;

namespace Evo.Cli.Tests.Output;

public sealed class FrontTableTests
{
    [Fact]
    public void A_front_lists_members_then_baselines_with_errors_and_held_out_scores()
    {
        var output = new StringWriter();
        var console = new CliConsole(output, TextWriter.Null, outputIsTerminal: false, errorIsTerminal: false);

        FrontTable.Write(console.Tables(), Front());

        string[] expected =
        [
            "generation 7, 112 evaluations, 1 on the front, hypervolume 0.6100 from (0.000)",
            "",
            "candidate gen addition ↑ held out change ↓ (report only)",
            "c3f1000000 5 0.870 ±0.020 0.850 ±0.030 1.20e-3",
            "",
            "models/base base 0.100 ±0.010 - 0.000",
            "models/[odd] (invalid) parent - - -",
        ];
        var lines = output.ToString().Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Where(line => !line.Contains('─')).ToArray();
        Assert.Equal(expected, lines[..expected.Length]);
    }

    private static FrontDocument Front() => new()
    {
        RunId = "run",
        Generation = 7,
        Evaluations = 112,
        Objectives = [new("addition", Goal.Maximize), new("change", Goal.Minimize, ReportOnly: true)],
        ReferencePoint = [0],
        Hypervolume = 0.61,
        Members =
        [
            new("c3f10000000000aa", 5, [0.41], new JsonObject(), Scores((0.87, 0.02, 140), (0.0012, 0, 0)), new() { ["addition"] = new(0.85, 0.03, 60) }),
        ],
        Parents =
        [
            new("models/base", "base", "b0", Scores((0.1, 0.01, 140), (0, 0, 0)), null),
            new("models/[odd]", "parent", "p0", [], null, Invalid: "NaN"),
        ],
    };

    private static OrderedDictionary<string, ScoredValue> Scores((double, double, int) addition, (double, double, int) change) => new()
    {
        ["addition"] = new(addition.Item1, addition.Item2, addition.Item3),
        ["change"] = new(change.Item1, change.Item2, change.Item3),
    };
}
