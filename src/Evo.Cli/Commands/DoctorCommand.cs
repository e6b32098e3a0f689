using System.CommandLine;
using System.Text.Json.Nodes;
using Evo.Cli.Diagnosis;
using Evo.Cli.Output;

namespace Evo.Cli.Commands;

/// <summary><c>evo doctor</c>: what this machine has, and whether it is enough. Exit code 3 when something that Evo needs is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliConsole console)
    {
        var json = CommonOptions.Json();
        var command = new Command("doctor", "What this machine has: runtime, cores, memory, disk, ONNX Runtime and its devices, tokenizer library.") { json };
        command.SetAction(parsed =>
        {
            var findings = MachineFindings.Collect(Environment.CurrentDirectory);
            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonOutput.Document(new JsonObject
                {
                    ["schema"] = "evo.doctor/1",
                    ["healthy"] = findings.All(finding => finding.Ok),
                    ["findings"] = new JsonArray([.. findings.Select(finding => new JsonObject
                    {
                        ["name"] = finding.Name,
                        ["ok"] = finding.Ok,
                        ["detail"] = finding.Detail,
                    })]),
                }));
            }
            else
            {
                foreach (var finding in findings) console.Out.WriteLine($"{(finding.Ok ? "ok " : "BAD")} {finding.Name,-18} {finding.Detail}");
            }

            return findings.All(finding => finding.Ok) ? ExitCode.Done : ExitCode.Environment;
        });
        return command;
    }
}
