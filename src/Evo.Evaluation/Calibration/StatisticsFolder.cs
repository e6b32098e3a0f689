using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Evaluation.Calibration;

/// <summary>
/// One kind of statistics of one model on disk: a folder named by their identity, with safetensors files and <c>index.json</c>, which lists them with length and
/// SHA-256. It is made beside its place and renamed when complete, so it is there whole or not at all.
/// </summary>
internal sealed class StatisticsFolder : IDisposable
{
    private const string IndexFile = "index.json";
    private const string Schema = "evo.statistics/1";

    private readonly Dictionary<string, SafetensorsFile> _files = new(StringComparer.Ordinal);

    private StatisticsFolder(JsonObject facts) => Facts = facts;

    /// <summary>What the writer noted beside the tensors.</summary>
    public JsonObject Facts { get; }

    /// <summary>The file that holds a tensor, or null.</summary>
    public SafetensorsFile? FileOf(string tensor) => _files.GetValueOrDefault(tensor);

    /// <summary>Opens what is there and checks every byte of it; null when it is missing, incomplete or damaged.</summary>
    public static StatisticsFolder? TryOpen(string path, string id)
    {
        try
        {
            var index = JsonNode.Parse(File.ReadAllBytes(Path.Combine(path, IndexFile))) as JsonObject;
            if (index?["schema"]?.GetValue<string>() != Schema || index["id"]?.GetValue<string>() != id)
                return null;
            var folder = new StatisticsFolder((JsonObject)index["facts"]!);
            try
            {
                foreach (var entry in index["files"]!.AsArray())
                    folder.Open(path, entry!.AsObject());
                return folder;
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or CheckpointException or InvalidOperationException
            or NullReferenceException or FormatException or InvalidCastException or InvalidDataException)
        {
            return null; // not there, or not as it was written: whoever asked makes it anew
        }
    }

    /// <summary>Copies a sound folder to another place, whole or not at all; false when there is none, or it cannot be written there.</summary>
    public static bool TryCopy(string from, string to, string id)
    {
        using (var sound = TryOpen(from, id))
        {
            if (sound is null)
                return false;
        }

        var temporary = Path.Combine(Path.GetDirectoryName(to)!, $".{Path.GetFileName(to)}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            foreach (var file in Directory.GetFiles(from))
                File.Copy(file, Path.Combine(temporary, Path.GetFileName(file)));
            if (Directory.Exists(to))
                Directory.Delete(to, recursive: true);
            Directory.Move(temporary, to);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            return false; // computed instead; if that cannot be written either, it says why
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
        _files.Clear();
    }

    private void Open(string path, JsonObject entry)
    {
        var name = entry["name"]!.GetValue<string>();
        if (Path.GetFileName(name) != name)
            throw new InvalidDataException($"'{name}' is no plain file name");
        var file = Path.Combine(path, name);
        using (var stream = File.OpenRead(file))
        {
            if (stream.Length != entry["bytes"]!.GetValue<long>() || Convert.ToHexStringLower(SHA256.HashData(stream)) != entry["sha256"]!.GetValue<string>())
                throw new InvalidDataException($"'{name}' is damaged");
        }

        var opened = SafetensorsFile.Open(file);
        foreach (var tensor in opened.Tensors)
            _files.Add(tensor.Name, opened);
    }

    /// <summary>Makes such a folder; without <see cref="Complete"/> nothing stays behind.</summary>
    internal sealed class Writer : IDisposable
    {
        private readonly string _target;
        private readonly string _temporary;
        private readonly string _id;
        private readonly JsonArray _files = [];

        /// <exception cref="CheckpointException">The folder's place cannot be written to.</exception>
        public Writer(string target, string id)
        {
            (_target, _id) = (Path.GetFullPath(target), id);
            _temporary = Path.Combine(Path.GetDirectoryName(_target)!, $".{Path.GetFileName(_target)}.{Guid.NewGuid():N}.tmp");
            Guarded(() => Directory.CreateDirectory(_temporary));
        }

        public JsonObject Facts { get; } = [];

        /// <summary>Adds a file of one float32 tensor, written row by row.</summary>
        public void Add(string tensor, ReadOnlySpan<long> shape, Action<SafetensorsWriter> write)
        {
            var name = $"{_files.Count.ToString("d5", CultureInfo.InvariantCulture)}.safetensors";
            var path = Path.Combine(_temporary, name);
            using (var writer = SafetensorsWriter.Create(path, [new TensorInfo(tensor, ElementType.F32, [.. shape])]))
            {
                write(writer);
                writer.Complete();
            }

            using var stream = File.OpenRead(path);
            _files.Add((JsonNode)new JsonObject { ["name"] = name, ["tensor"] = tensor, ["bytes"] = stream.Length, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(stream)) });
        }

        /// <summary>Puts the folder in its place, where a damaged one may stand. When another process was faster, its equal result stays.</summary>
        public void Complete() => Guarded(() =>
        {
            using (var stream = new FileStream(Path.Combine(_temporary, IndexFile), FileMode.CreateNew))
            {
                var index = new JsonObject { ["schema"] = Schema, ["id"] = _id, ["facts"] = Facts.DeepClone(), ["files"] = _files.DeepClone() };
                stream.Write(Encoding.UTF8.GetBytes(index.ToJsonString(new JsonSerializerOptions { WriteIndented = true })));
                stream.Flush(flushToDisk: true);
            }

            using (var present = TryOpen(_target, _id))
            {
                if (present is not null)
                    return;
            }

            if (Directory.Exists(_target))
                Directory.Delete(_target, recursive: true);
            Directory.Move(_temporary, _target);
        });

        public void Dispose()
        {
            try
            {
                if (Directory.Exists(_temporary))
                    Directory.Delete(_temporary, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // What went wrong before matters more than what is left; it is hidden and named .tmp.
            }
        }

        private void Guarded(Action action)
        {
            try
            {
                action();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointException(_target, $"statistics cannot be kept there: {error.Message}", error);
            }
        }
    }
}
