using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Inference.Activations;

/// <summary>A model whose weights are read when they are needed, a layer at a time: a folder, or one with an adapter on top.</summary>
public interface IWeightReader
{
    ModelConfig Config { get; }

    /// <summary>The tensor's entry; null when the model has none of that name.</summary>
    TensorInfo? Find(string name);

    /// <summary>Fills <paramref name="destination"/> with elements from <paramref name="firstElement"/> on, in float32.</summary>
    void ReadFloats(string name, long firstElement, Span<float> destination);
}

/// <summary>A model folder as it is.</summary>
public sealed class FolderWeights(ModelFolder folder) : IWeightReader
{
    public ModelConfig Config => folder.Config;

    public TensorInfo? Find(string name) => folder.Find(name);

    public void ReadFloats(string name, long firstElement, Span<float> destination) => folder.ReadFloats(name, firstElement, destination);
}
