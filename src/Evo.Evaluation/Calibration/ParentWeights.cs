using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Inference.Activations;
using Evo.Merging.Planning;

namespace Evo.Evaluation.Calibration;

/// <summary>A parent as the inference engine reads it, its adapter included.</summary>
internal sealed class ParentWeights(ParentModels parents, string model) : IWeightReader
{
    private readonly ModelFolder _folder = parents[model];

    public ModelConfig Config => _folder.Config;

    public TensorInfo? Find(string name) => _folder.Find(name);

    public void ReadFloats(string name, long firstElement, Span<float> destination) => parents.Tensor(model, name)!.ReadFloats(firstElement, destination);
}
