namespace Evo.Checkpoints.Adapters;

/// <summary>What an adapter does to one tensor of its base.</summary>
/// <param name="Replacement">Takes the tensor's place, before anything is added.</param>
/// <param name="Update">Is added to a matrix.</param>
/// <param name="IsTransposed">The matrix lies [in, out]: embeddings, and the linear modules of GPT-2.</param>
/// <param name="BiasOf">The update whose bias, times its scale, is added to a vector.</param>
internal sealed record TensorChange(
    SavedTensor? Replacement = null, LowRankUpdate? Update = null, bool IsTransposed = false, LowRankUpdate? BiasOf = null);
