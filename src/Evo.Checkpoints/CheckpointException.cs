namespace Evo.Checkpoints;

/// <summary>
/// A checkpoint, model folder or tokenizer file that cannot be used: the message names the file, the place in it and the way out.
/// </summary>
public sealed class CheckpointException : Exception
{
    public CheckpointException(string path, string problem, Exception? inner = null)
        : base($"{path}: {problem}", inner) => Path = path;

    /// <summary>The file or folder at fault.</summary>
    public string Path { get; }
}
