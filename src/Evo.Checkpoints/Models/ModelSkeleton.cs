using System.Text.Json.Nodes;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>
/// A model folder that opens like any other but holds no values: the configuration, and a weight file of which only the header is written (the rest is a
/// hole that takes no room where the file system has such). For checking what is to be done with a model before it is made.
/// </summary>
public static class ModelSkeleton
{
    /// <summary>Writes the folder, which must not exist.</summary>
    /// <param name="config">Becomes <c>config.json</c> as it is.</param>
    /// <exception cref="CheckpointException">The folder cannot be written.</exception>
    public static void Write(string folder, JsonObject config, IEnumerable<TensorInfo> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tensors);
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, ModelConfig.FileName), JsonFile.ToUtf8(config));
            var layout = new SafetensorsLayout(tensors, SafetensorsLayout.PyTorchFormat);
            using var weights = File.Create(Path.Combine(folder, WeightFileNames.Single));
            weights.Write(layout.Start);
            weights.SetLength(layout.FileLength);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(folder, $"cannot be written: {error.Message}", error);
        }
    }
}
