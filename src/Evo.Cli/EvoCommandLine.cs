using System.CommandLine;
using Evo.Cli.Commands;
using Evo.Cli.Output;

namespace Evo.Cli;

/// <summary>The <c>evo</c> command: subcommands, parsing, and the way from failures to messages and exit codes.</summary>
internal static class EvoCommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliConsole console)
    {
        var root = new RootCommand("Evolves merges of language models: search, read the Pareto front, export the model you choose.")
        {
            RunCommand.Create(console),
            ResumeCommand.Create(console),
            StatusCommand.Create(console),
            ParetoCommand.Create(console),
            ShowCommand.Create(console),
            ExportCommand.Create(console),
            MergeCommand.Create(console),
            EvalCommand.Create(console),
            ValidateCommand.Create(console),
            PlanCommand.Create(console),
            MriCommand.Create(console),
            MethodsCommand.Create(console),
            AlgorithmsCommand.Create(console),
            DoctorCommand.Create(console),
        };
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await console.Error.WriteLineAsync($"evo: {error.Message}").ConfigureAwait(false);
            await console.Error.WriteLineAsync("Try `evo --help`, or `evo COMMAND --help`.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        if (parsed.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            await console.Error.WriteLineAsync("evo: an argument is empty (an unset variable of the shell?). Try `evo --help`, or `evo COMMAND --help`.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = console.Out,
                Error = console.Error,
            }).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var failure = Failures.Describe(exception);
            await console.Error.WriteLineAsync($"evo: {failure.Message}").ConfigureAwait(false);
            return failure.ExitCode;
        }
    }
}
