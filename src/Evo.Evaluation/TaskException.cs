namespace Evo.Evaluation;

/// <summary>A task file, or the data behind it, that cannot be used: the message says where (file, line, column), what, and how to mend it.</summary>
public sealed class TaskException : Exception
{
    /// <summary>A fault at a place in a task's YAML file; line and column are 1-based.</summary>
    public TaskException(string path, long line, long column, string problem, Exception? inner = null)
        : base($"{path}:{line}:{column}: {problem}", inner) => Path = path;

    /// <summary>A fault on one line of a data file.</summary>
    public TaskException(string path, long line, string problem, Exception? inner = null)
        : base($"{path}:{line}: {problem}", inner) => Path = path;

    /// <summary>A fault of a whole file.</summary>
    public TaskException(string path, string problem, Exception? inner = null)
        : base($"{path}: {problem}", inner) => Path = path;

    /// <summary>The file at fault.</summary>
    public string Path { get; }
}
