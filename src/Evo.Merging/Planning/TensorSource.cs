using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Planning;

/// <summary>One input of one output tensor.</summary>
/// <param name="Model">The model's name in the recipe.</param>
/// <param name="Tensor">The model's own tensor; with slices its layer may be another than the output's.</param>
public sealed record TensorSource(string Model, ModelFolder Folder, TensorInfo Tensor);
