using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// Writes a PEFT adapter folder. Like a model folder it is made beside its target and renamed, flushed to the device, by <see cref="Complete"/>;
/// without that, <see cref="Dispose"/> leaves nothing.
/// </summary>
public sealed class AdapterFolderWriter : IDisposable
{
    private readonly StagedFolder _folder;
    private readonly SafetensorsWriter _weights;

    private AdapterFolderWriter(StagedFolder folder, SafetensorsWriter weights)
    {
        _folder = folder;
        _weights = weights;
    }

    /// <summary>Declares an adapter.</summary>
    /// <param name="config">Becomes <c>adapter_config.json</c> as it is.</param>
    /// <param name="tensors">Every tensor by PEFT's name.</param>
    /// <exception cref="CheckpointException">The target is taken, cannot be written to, or there is no room.</exception>
    public static AdapterFolderWriter Create(string path, JsonObject config, IEnumerable<TensorInfo> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(config);
        var folder = Guarded(path, () => new StagedFolder(path, overwrite: false));
        try
        {
            Guarded(path, () => Text(folder, AdapterConfig.FileName, JsonFile.ToUtf8(config)));
            return new AdapterFolderWriter(folder, SafetensorsWriter.Create(Path.Combine(folder.Path, AdapterFolder.WeightFileName), tensors));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Appends values to a tensor, rounded to its type.</summary>
    /// <exception cref="CheckpointException">The disk is full or failed.</exception>
    public void WriteFloats(string tensor, ReadOnlySpan<float> values) => _weights.WriteFloats(tensor, values);

    /// <summary>Adds a text file (README.md, the recipe), in UTF-8.</summary>
    /// <exception cref="CheckpointException">The disk is full or failed.</exception>
    public void AddText(string fileName, string text) => Guarded(_folder.Target, () => Text(_folder, fileName, Encoding.UTF8.GetBytes(text)));

    /// <summary>Puts the finished folder in place.</summary>
    /// <exception cref="InvalidOperationException">A tensor lacks bytes; the message names it.</exception>
    /// <exception cref="CheckpointException">The disk failed, or the target has appeared meanwhile.</exception>
    public void Complete()
    {
        _weights.Complete();
        Guarded(_folder.Target, () =>
        {
            _folder.Publish();
            return true;
        });
    }

    public void Dispose()
    {
        _weights.Dispose();
        _folder.Dispose();
    }

    private static bool Text(StagedFolder folder, string fileName, byte[] text)
    {
        folder.Write(fileName, stream => stream.Write(text));
        return true;
    }

    private static T Guarded<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"cannot be written: {error.Message}", error);
        }
    }
}
