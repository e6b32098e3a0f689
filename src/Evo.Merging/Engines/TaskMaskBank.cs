using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Engines;

/// <summary>
/// Reads the models of single tasks out of a merged model, the masks written beside it, and its base: θᵢ = θ₀ + scaleᵢ · maskᵢ ⊙ vector where a tensor has masks, the task's own
/// tensor where it is an expert's, the merged model's elsewhere. Safe to read from many threads; the models must outlive it.
/// </summary>
public sealed class TaskMaskBank : IDisposable
{
    private readonly ModelFolder _merged;
    private readonly ModelFolder _base;
    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, TensorInfo> _stored;

    private TaskMaskBank(ModelFolder merged, ModelFolder @base, SafetensorsFile file, ImmutableArray<string> tasks)
    {
        (_merged, _base, _file, Tasks) = (merged, @base, file, tasks);
        _stored = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The models of which the tasks are, in the order of the recipe.</summary>
    public ImmutableArray<string> Tasks { get; }

    /// <summary>Opens the masks of a merged model.</summary>
    /// <param name="merged">A folder that <c>evo merge</c> wrote with <c>write_masks: true</c>.</param>
    /// <param name="base">The base_model of that merge.</param>
    /// <exception cref="CheckpointException">There are no masks, or they do not fit the models.</exception>
    public static TaskMaskBank Open(ModelFolder merged, ModelFolder @base)
    {
        ArgumentNullException.ThrowIfNull(merged);
        ArgumentNullException.ThrowIfNull(@base);
        var path = Path.Combine(merged.Path, TaskMaskFile.FileName);
        if (!File.Exists(path))
            throw new CheckpointException(path, "is not there; merge with 'write_masks: true'");
        var file = SafetensorsFile.Open(path);
        try
        {
            var bank = new TaskMaskBank(merged, @base, file, TasksOf(file, path));
            foreach (var tensor in merged.Tensors)
                bank.Require(tensor, path);
            return bank;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Elements of a tensor of one task's model, from a flat index on.</summary>
    /// <param name="task">From 0.</param>
    public void ReadFloats(string tensor, int task, long first, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(task);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(task, Tasks.Length);
        if (_stored.TryGetValue(TaskMaskFile.Expert(task, tensor), out var expert))
        {
            ReadStored(expert, first, destination);
            return;
        }

        if (!_stored.TryGetValue(TaskMaskFile.Vector(tensor), out var vector))
        {
            _merged.ReadFloats(tensor, first, destination);
            return;
        }

        ReadStored(vector, first, destination);
        var bytes = _file.Bytes(TaskMaskFile.Mask(task, tensor), first / 8, (int)(((first % 8) + destination.Length + 7) / 8));
        PackedBits.Keep(bytes, (int)(first % 8), destination);
        Span<float> scale = stackalloc float[1];
        ReadStored(_stored[TaskMaskFile.Scale(tensor)], task, scale);
        TensorPrimitives.Multiply(destination, scale[0], destination);
        var start = new float[destination.Length];
        _base.ReadFloats(tensor, first, start);
        TensorPrimitives.Add(destination, start, destination);
    }

    public void Dispose() => _file.Dispose();

    private void ReadStored(TensorInfo tensor, long first, Span<float> destination)
    {
        var size = tensor.Type.ByteSize();
        Floats.ToSingle(_file.Bytes(tensor.Name, first * size, destination.Length * size), tensor.Type, destination);
    }

    private static ImmutableArray<string> TasksOf(SafetensorsFile file, string path)
    {
        try
        {
            if (file.Metadata.GetValueOrDefault("format") == TaskMaskFile.Format && file.Metadata.GetValueOrDefault("tasks") is { } names
                && JsonNode.Parse(names) is JsonArray { Count: > 0 } tasks && tasks.All(task => task?.GetValueKind() == JsonValueKind.String))
                return [.. tasks.Select(task => task!.GetValue<string>())];
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException) // half a surrogate pair
        {
            // Refused below.
        }

        throw new CheckpointException(path, $"does not say that it is '{TaskMaskFile.Format}' and which tasks it holds; write it anew with 'write_masks: true'");
    }

    /// <summary>Everything that is read of a tensor later is there, in the size that the models say.</summary>
    private void Require(TensorInfo tensor, string path)
    {
        var hasVector = _stored.ContainsKey(TaskMaskFile.Vector(tensor.Name));
        for (var task = 0; task < Tasks.Length; task++)
        {
            if (_stored.TryGetValue(TaskMaskFile.Expert(task, tensor.Name), out var expert) && !expert.Shape.SequenceEqual(tensor.Shape))
                throw Refusal($"{expert.ShapeText} for '{expert.Name}'");
            if (hasVector && (!_stored.TryGetValue(TaskMaskFile.Mask(task, tensor.Name), out var mask)
                || mask.Type != ElementType.U8 || mask.ElementCount != (tensor.ElementCount + 7) / 8))
                throw Refusal($"no mask of task {task} for every element of '{tensor.Name}'");
        }

        if (!hasVector)
            return;
        if (!_stored[TaskMaskFile.Vector(tensor.Name)].Shape.SequenceEqual(tensor.Shape)
            || !_stored.TryGetValue(TaskMaskFile.Scale(tensor.Name), out var scale) || scale.ElementCount != Tasks.Length)
            throw Refusal($"no merged task vector or scales of the size of '{tensor.Name}'");
        if (_base.Find(tensor.Name) is not { } start || !start.Shape.SequenceEqual(tensor.Shape))
            throw new CheckpointException(_base.Path, $"has no tensor '{tensor.Name}' {tensor.ShapeText}; give the base_model of the merge");

        CheckpointException Refusal(string what) => new(path, $"holds {what}; write it anew with 'write_masks: true'");
    }
}
