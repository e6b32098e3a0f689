using Evo.Checkpoints.Files;

namespace Evo.Checkpoints.Models;

/// <summary>
/// A folder made beside its target and renamed when it is complete, so that the target is never seen half written. Disposed before that, it
/// is gone. A folder that is replaced and its successor change names at once on Linux; elsewhere that takes two renames: killed exactly between them,
/// the old one lies beside the target as <c>.name….tmp</c>.
/// </summary>
internal sealed class StagedFolder : IDisposable
{
    private readonly bool _overwrite;
    private bool _published;

    /// <exception cref="CheckpointException">The target is taken.</exception>
    /// <exception cref="IOException">The parent folder cannot be made or written to.</exception>
    public StagedFolder(string target, bool overwrite)
    {
        Target = TemporarySibling.Target(target);
        Path = TemporarySibling.Of(Target);
        Parent = System.IO.Path.GetDirectoryName(Target)!;
        _overwrite = overwrite;
        RequireFree();
        Directory.CreateDirectory(Path);
    }

    public string Target { get; }

    public string Parent { get; }

    /// <summary>Where the files go until then.</summary>
    public string Path { get; }

    public bool Has(string fileName) => File.Exists(System.IO.Path.Combine(Path, fileName));

    /// <summary>Makes a new file and flushes it to the device.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public void Write(string fileName, Action<Stream> write)
    {
        using var stream = new FileStream(System.IO.Path.Combine(Path, fileName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Puts the folder in place. Its files must have been flushed.</summary>
    public void Publish()
    {
        Durable.FlushFolder(Path);
        RequireFree();
        if (!Directory.Exists(Target))
        {
            Directory.Move(Path, Target);
            _published = true;
        }
        else
        {
            Replace();
        }

        Durable.FlushFolder(Parent);
    }

    public void Dispose()
    {
        if (_published || !Directory.Exists(Path))
            return;

        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What went wrong before matters more than what is left; it is hidden and named .tmp.
        }
    }

    private void Replace()
    {
        var replaced = Durable.TryExchange(Path, Target) ? Path : ReplaceInTwoSteps();
        _published = true;
        Durable.FlushFolder(Parent); // before the old one goes
        try
        {
            Directory.Delete(replaced, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(replaced,
                $"is the folder that {Target} has replaced, and could not be removed: {error.Message}", error);
        }
    }

    /// <summary>Returns where the old folder is.</summary>
    private string ReplaceInTwoSteps()
    {
        var replaced = TemporarySibling.Of(Target);
        Directory.Move(Target, replaced);
        try
        {
            Directory.Move(Path, Target);
            return replaced;
        }
        catch
        {
            Directory.Move(replaced, Target);
            throw;
        }
    }

    private void RequireFree()
    {
        if (File.Exists(Target))
            throw new CheckpointException(Target, "is a file; give the name of a folder");
        if (!Directory.Exists(Target) || !Directory.EnumerateFileSystemEntries(Target).Any())
            return;
        if (!_overwrite)
            throw new CheckpointException(Target, "exists and is not empty; remove it or write elsewhere");
        if (!File.Exists(System.IO.Path.Combine(Target, ModelConfig.FileName)))
        {
            throw new CheckpointException(Target,
                $"is not empty and no model folder (it has no {ModelConfig.FileName}), so it is not replaced; remove it or write elsewhere");
        }
    }
}
