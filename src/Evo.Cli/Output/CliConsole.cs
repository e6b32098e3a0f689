using Spectre.Console;

namespace Evo.Cli.Output;

/// <summary>The two streams of a command: results on <see cref="Out"/>, progress and messages on <see cref="Error"/>.</summary>
internal sealed class CliConsole(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal)
{
    // Wide enough for a front's table in a log file or a pipe; on a terminal its own width rules.
    private const int PlainWidth = 200;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Live progress may redraw: stderr is a terminal that can move its cursor.</summary>
    public bool ErrorIsTerminal { get; } = errorIsTerminal;

    public static CliConsole ForProcess()
    {
        var dumb = !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        return new CliConsole(Console.Out, Console.Error, !Console.IsOutputRedirected && !dumb, !Console.IsErrorRedirected && !dumb);
    }

    /// <summary>A Spectre console for tables on stdout: coloured on a terminal (unless NO_COLOR is set), plain and wide elsewhere.</summary>
    public IAnsiConsole Tables() => Create(Out, outputIsTerminal);

    /// <summary>A Spectre console for live progress on stderr.</summary>
    public IAnsiConsole Progress() => Create(Error, ErrorIsTerminal);

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!isTerminal) console.Profile.Width = PlainWidth;
        return console;
    }
}
