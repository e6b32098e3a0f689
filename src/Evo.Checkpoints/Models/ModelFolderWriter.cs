using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>
/// Writes a complete Hugging Face model folder. Its tensors are declared first and then delivered in any order, each in one or many pieces
/// (row blocks); memory does not grow with the model. One file is <c>model.safetensors</c>; several are numbered shards with an index. The
/// folder is made beside its target and renamed, flushed to the device, by <see cref="Complete"/>; without that, <see cref="Dispose"/>
/// leaves nothing. Different tensors, and places of a tensor, may be written from different threads; everything else belongs to one.
/// </summary>
public sealed class ModelFolderWriter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StagedFolder _folder;
    private readonly ShardPlan _plan;
    private readonly SafetensorsSink?[] _sinks;
    private readonly bool[] _finished;
    private readonly long _otherBytes;
    private bool _closed;

    private ModelFolderWriter(StagedFolder folder, ShardPlan plan, long otherBytes)
    {
        _folder = folder;
        _otherBytes = otherBytes;
        _plan = plan;
        _sinks = new SafetensorsSink?[plan.Layouts.Length];
        _finished = new bool[plan.Layouts.Length];
    }

    /// <summary>Declares a folder and checks that there is room for it.</summary>
    /// <param name="config">Becomes <c>config.json</c> as it is.</param>
    /// <param name="tensors">Every tensor, in the order in which files are filled; a tied head is left out.</param>
    /// <exception cref="ArgumentException">Two tensors of one name, or a name that the format reserves.</exception>
    /// <exception cref="CheckpointException">The target is taken, cannot be written to, or there is no room.</exception>
    public static ModelFolderWriter Create(
        string path, JsonObject config, IEnumerable<TensorInfo> tensors, ModelFolderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tensors);
        options ??= new ModelFolderOptions();
        var plan = new ShardPlan(tensors, options.ShardBytes);
        var target = TemporarySibling.Target(path);
        StagedFolder folder;
        try
        {
            folder = new StagedFolder(target, options.Overwrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(target, $"cannot be made: {error.Message}", error);
        }

        var writer = new ModelFolderWriter(folder, plan, options.OtherBytes);
        try
        {
            DiskSpace.Require(folder.Path, target, plan.FileBytes + options.OtherBytes);
            writer.AddJson(ModelConfig.FileName, config);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the weight files, headers included, that a folder of these tensors will have; configuration, index and tokenizer come on top.</summary>
    public static long WeightFileBytes(IEnumerable<TensorInfo> tensors, long shardBytes) => new ShardPlan(tensors, shardBytes).FileBytes;

    /// <summary>Appends bytes (little-endian, row-major) to a tensor.</summary>
    /// <exception cref="KeyNotFoundException">No such tensor was declared.</exception>
    /// <exception cref="InvalidOperationException">More bytes than the tensor has.</exception>
    /// <exception cref="CheckpointException">The disk is full or failed.</exception>
    public void Write(string tensor, ReadOnlySpan<byte> bytes)
    {
        var shard = _plan.ShardOf[tensor];
        try
        {
            Sink(shard).Write(tensor, bytes);
            FinishIfFull(shard);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    /// <summary>
    /// Puts a piece of a tensor in its place: pieces in any order and from any threads, every byte once. A tensor is either appended to or put
    /// together so.
    /// </summary>
    /// <param name="offset">In bytes from the tensor's start.</param>
    /// <exception cref="KeyNotFoundException">No such tensor was declared.</exception>
    /// <exception cref="InvalidOperationException">The tensor ends before.</exception>
    /// <exception cref="CheckpointException">The disk is full or failed.</exception>
    public void Write(string tensor, long offset, ReadOnlySpan<byte> bytes)
    {
        var shard = _plan.ShardOf[tensor];
        try
        {
            Sink(shard).Write(tensor, offset, bytes);
            FinishIfFull(shard);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    /// <summary>Appends values to a floating-point tensor, rounded to its type as <see cref="Floats.FromSingle"/> does.</summary>
    /// <exception cref="ArgumentException">The tensor holds no floating-point numbers.</exception>
    /// <inheritdoc cref="Write"/>
    public void WriteFloats(string tensor, ReadOnlySpan<float> values)
    {
        var shard = _plan.ShardOf[tensor];
        try
        {
            Sink(shard).WriteFloats(tensor, values);
            FinishIfFull(shard);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    /// <summary>Adds a text file (README.md, mergekit_config.yml), in UTF-8.</summary>
    /// <exception cref="ArgumentException">The name is no plain file name, or taken.</exception>
    /// <exception cref="CheckpointException">The disk is full or failed.</exception>
    public void AddText(string fileName, string text) => Add(fileName, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Adds a JSON file (generation_config.json), indented.</summary>
    /// <inheritdoc cref="AddText"/>
    public void AddJson(string fileName, JsonObject json) => Add(fileName, stream => stream.Write(JsonFile.ToUtf8(json)));

    /// <summary>Copies a file (a tokenizer file) into the folder, under its own name.</summary>
    /// <inheritdoc cref="AddText"/>
    public void AddFile(string path)
    {
        using var source = OpenSource(path);
        Add(Path.GetFileName(path), source.CopyTo);
    }

    /// <summary>
    /// Adds a safetensors file beside the weights, for what belongs to the model and is no weight of it. <paramref name="fill"/> appends bytes to its tensors, piece by
    /// piece and in any order, by the action that it is given.
    /// </summary>
    /// <exception cref="ArgumentException">The name is no plain file name, or taken; two tensors of one name.</exception>
    /// <exception cref="InvalidOperationException">A tensor lacks bytes, or got too many; the message names it.</exception>
    /// <exception cref="CheckpointException">The disk is full or failed.</exception>
    public void AddSafetensors(
        string fileName, IEnumerable<TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata, Action<TensorAppender> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        RequireFree(fileName);
        try
        {
            using var sink = new SafetensorsSink(Path.Combine(_folder.Path, fileName), new SafetensorsLayout(tensors, metadata));
            fill(sink.Write);
            sink.Finish();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    /// <summary>Puts the finished folder in place.</summary>
    /// <exception cref="InvalidOperationException">A tensor lacks bytes; the message names it.</exception>
    /// <exception cref="CheckpointException">The disk failed, or the target has appeared meanwhile.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            for (var shard = 0; shard < _sinks.Length; shard++)
            {
                if (!_finished[shard])
                    Sink(shard).Finish();
                _finished[shard] = true;
            }

            if (_plan.Index() is { } index)
                _folder.Write(WeightFileNames.Index, stream => stream.Write(JsonFile.ToUtf8(index)));
            _folder.Publish();
            _closed = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    public void Dispose()
    {
        _closed = true;
        foreach (var sink in _sinks)
            sink?.Dispose();
        _folder.Dispose();
    }

    private SafetensorsSink Sink(int shard)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _sinks[shard] ??= new SafetensorsSink(Path.Combine(_folder.Path, _plan.FileName(shard)), _plan.Layouts[shard]);
        }
    }

    /// <summary>Flushes and closes a shard as soon as nothing is missing, so that few files are open at a time.</summary>
    private void FinishIfFull(int shard)
    {
        lock (_gate)
        {
            if (_finished[shard] || !_sinks[shard]!.IsFull)
                return;
            _finished[shard] = true;
        }

        _sinks[shard]!.Finish();
    }

    private void RequireFree(string fileName)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!PlainFileName.IsPlain(fileName))
            throw new ArgumentException($"{Quoted.Name(fileName)} is not a plain file name", nameof(fileName));
        if (_folder.Has(fileName) || _plan.Names(fileName))
            throw new ArgumentException($"the folder already has a file {Quoted.Name(fileName)}", nameof(fileName));
    }

    private void Add(string fileName, Action<Stream> write)
    {
        RequireFree(fileName);
        try
        {
            _folder.Write(fileName, write);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    private static FileStream OpenSource(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"cannot be read: {error.Message}", error);
        }
    }

    private CheckpointException Failure(Exception error) => DiskSpace.Failure(_folder.Parent, _folder.Target, _plan.FileBytes + _otherBytes, error);
}
