namespace Evo.Cli.Output;

/// <summary>Writes each step of a task as a line, at once and in order.</summary>
internal sealed class LineProgress(TextWriter writer) : IProgress<string>
{
    public void Report(string value) => writer.WriteLine(value);
}
