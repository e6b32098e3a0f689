using Evo.Evaluation.Tasks;

namespace Evo.Evaluation.Tests.Doubles;

/// <summary>A folder with a task file and its data, gone when the test is.</summary>
internal sealed class TaskFolder : IDisposable
{
    internal TaskFolder() => Path = Directory.CreateTempSubdirectory("evo-tasks-").FullName;

    internal string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    internal string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    internal TaskDefinition Read(string yaml, params string[] lines) => Read(null, yaml, lines);

    internal TaskDefinition Read(string? metric, string yaml, string[] lines)
    {
        Write("data.jsonl", string.Join('\n', lines));
        return TaskReader.Read(Write("task.yaml", yaml), metric);
    }

    /// <summary>The message of the refusal, without the folder.</summary>
    internal string Refusal(string yaml, params string[] lines) => Refusal(null, yaml, lines);

    internal string Refusal(string? metric, string yaml, string[] lines)
        => Assert.Throws<TaskException>(() => Read(metric, yaml, lines)).Message.Replace(Path + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
}
