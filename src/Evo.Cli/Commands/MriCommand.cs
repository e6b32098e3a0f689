using System.Collections.Immutable;
using System.CommandLine;
using Evo.Cli.Diagnosis;
using Evo.Cli.Output;
using Evo.Cli.Signals;
using Evo.Evaluation.Probes;
using Evo.Merging.Diagnostics;

namespace Evo.Cli.Commands;

/// <summary><c>evo mri MODEL...</c>: diagnostics of parents, compared when there are two, and the health of a child.</summary>
internal static class MriCommand
{
    public static Command Create(CliConsole console)
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "Model folders. Two are compared tensor by tensor: a ratio above 0.5 speaks for the second.", Arity = ArgumentArity.OneOrMore,
        };
        var child = new Option<string?>("--child")
        {
            Description = "A merge of the two models: its health is checked against both. With --probe also what its layers answer to, its loss on generic text and whether its text repeats itself, for which each model is loaded whole.",
        };
        var probe = new Option<bool>("--probe")
        {
            Description = "Also run the models: how differently each layer answers to reasoning, code, mathematics, knowledge and language than to generic text.",
        };
        var probes = new Option<string?>("--probes") { Description = "A folder of probe texts (math.txt, law.jsonl, generic.txt, ...) in the place of the program's own." };
        var html = new Option<string?>("--html") { Description = "Also write a self-contained page with heat maps to this file." };
        var json = CommonOptions.Json();
        var command = new Command("mri", "Diagnose parents: entropy, spread and norm of every tensor, and what their layers answer to.") { models, child, probe, probes, html, json };
        command.SetAction(parsed =>
        {
            using var signals = new ShutdownSignals(console.Error.WriteLine);
            var names = parsed.GetRequiredValue(models);
            var childName = parsed.GetValue(child);
            if (childName is not null && names.Length != 2)
                return Usage(console, "--child needs exactly two models: the parents that it is compared with");
            if (names.Distinct(StringComparer.Ordinal).Count() != names.Length)
                return Usage(console, "a model is named twice");
            var target = parsed.GetValue(html);
            if (target is not null && Directory.Exists(target))
                return Usage(console, $"--html '{target}' is a folder; name a file");
            var sets = parsed.GetValue(probes) is { } folder ? ProbeSets.Read(folder) : parsed.GetValue(probe) ? ProbeSets.BuiltIn : [];
            var report = Diagnose(names, childName, sets, signals.Stop);
            if (target is not null)
                File.WriteAllText(target, MriPage.Of(report));
            if (parsed.GetValue(json))
                console.Out.WriteLine(JsonOutput.Document(MriDocument.Of(report)));
            else
                MriTables.Write(console, report);
            return ExitCode.Done;
        });
        return command;
    }

    private static MriReport Diagnose(string[] names, string? childName, ImmutableArray<ProbeSet> sets, CancellationToken cancellation)
    {
        var parents = names.Select(name => ModelExamination.Of(name, sets, fluency: childName is not null, cancellation)).ToImmutableArray();
        return new MriReport(
            parents,
            parents.Length == 2 ? PairDiagnosis.Of(parents[0].Signals, parents[1].Signals, parents[0].Layers, parents[1].Layers) : [],
            childName is null ? null : ChildHealth.Of(ModelExamination.Of(childName, sets, fluency: true, cancellation), parents[0], parents[1]));
    }

    private static int Usage(CliConsole console, string problem)
    {
        console.Error.WriteLine($"evo: {problem}. Try `evo mri --help`.");
        return ExitCode.Usage;
    }
}
