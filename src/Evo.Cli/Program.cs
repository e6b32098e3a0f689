using Evo.Cli;
using Evo.Cli.Output;

return await EvoCommandLine.RunAsync(args, CliConsole.ForProcess()).ConfigureAwait(false);
