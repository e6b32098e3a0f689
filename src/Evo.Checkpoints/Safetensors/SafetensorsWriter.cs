using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Safetensors;

/// <summary>
/// Writes one safetensors file. Its tensors are declared first and then delivered in any order, each in one or many pieces; memory does not
/// grow with them. The file is made beside its target and renamed, flushed to the device, by <see cref="Complete"/>; without that, <see
/// cref="Dispose"/> leaves nothing. Different tensors may be written from different threads.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private readonly string _target;
    private readonly string _folder;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly SafetensorsLayout _layout;
    private readonly SafetensorsSink _sink;
    private bool _completed;

    private SafetensorsWriter(string path, SafetensorsLayout layout, bool overwrite)
    {
        _target = TemporarySibling.Target(path);
        _temporary = TemporarySibling.Of(_target);
        _folder = Path.GetDirectoryName(_target)!;
        _overwrite = overwrite;
        _layout = layout;
        RequireFree();
        _sink = Guarded(() =>
        {
            Directory.CreateDirectory(_folder);
            DiskSpace.Require(_folder, _target, layout.FileLength);
            return OpenSink();
        });
    }

    /// <summary>Declares a file.</summary>
    /// <param name="tensors">All its tensors; they are stored with wider element types first, else in this order.</param>
    /// <param name="metadata">Null stands for <c>{"format": "pt"}</c>.</param>
    /// <param name="overwrite">Whether a file that is already there may be replaced.</param>
    /// <exception cref="ArgumentException">Two tensors of one name, or a name that the format reserves.</exception>
    /// <exception cref="CheckpointException">The file is there, its folder cannot be written to, or there is no room.</exception>
    public static SafetensorsWriter Create(
        string path, IEnumerable<TensorInfo> tensors, IReadOnlyDictionary<string, string>? metadata = null, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SafetensorsWriter(path, new SafetensorsLayout(tensors, metadata ?? SafetensorsLayout.PyTorchFormat), overwrite);
    }

    /// <summary>Appends bytes (little-endian, row-major) to a tensor.</summary>
    /// <exception cref="KeyNotFoundException">No such tensor was declared.</exception>
    /// <exception cref="InvalidOperationException">More bytes than the tensor has.</exception>
    /// <exception cref="CheckpointException">The disk is full or failed.</exception>
    public void Write(string tensor, ReadOnlySpan<byte> bytes)
    {
        try
        {
            _sink.Write(tensor, bytes);
        }
        catch (IOException error)
        {
            throw Failure(error);
        }
    }

    /// <summary>Appends values to a floating-point tensor, rounded to its type as <see cref="Floats.FromSingle"/> does.</summary>
    /// <exception cref="ArgumentException">The tensor holds no floating-point numbers.</exception>
    /// <inheritdoc cref="Write"/>
    public void WriteFloats(string tensor, ReadOnlySpan<float> values)
    {
        try
        {
            _sink.WriteFloats(tensor, values);
        }
        catch (IOException error)
        {
            throw Failure(error);
        }
    }

    /// <summary>Puts the finished file in place.</summary>
    /// <exception cref="InvalidOperationException">A tensor lacks bytes; the message names it.</exception>
    /// <exception cref="CheckpointException">The disk failed, or the target has appeared meanwhile.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        Guarded(() =>
        {
            _sink.Finish();
            RequireFree();
            File.Move(_temporary, _target, _overwrite);
            _completed = true;
            Durable.FlushFolder(_folder);
            return true;
        });
    }

    public void Dispose()
    {
        _sink.Dispose();
        if (!_completed)
            DeleteTemporary();
    }

    private SafetensorsSink OpenSink()
    {
        try
        {
            return new SafetensorsSink(_temporary, _layout);
        }
        catch
        {
            DeleteTemporary();
            throw;
        }
    }

    private void DeleteTemporary()
    {
        try
        {
            File.Delete(_temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What went wrong before matters more than what is left; it is hidden and named .tmp.
        }
    }

    private void RequireFree()
    {
        if (Directory.Exists(_target))
            throw new CheckpointException(_target, "is a folder; give the name of a file");
        if (!_overwrite && File.Exists(_target))
            throw new CheckpointException(_target, "exists already; remove it or write elsewhere");
    }

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    private CheckpointException Failure(Exception error) => DiskSpace.Failure(_folder, _target, _layout.FileLength, error);
}
