using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// The low-rank update of one module: ΔW = scale · B · A, with A [rank, in] and B [out, rank]. An embedding's W is [tokens, width]; its A is
/// [rank, tokens], its B [width, rank], and ΔW = scale · (B · A)ᵀ.
/// </summary>
/// <param name="Module">The module's name in the base, without <c>.weight</c>.</param>
/// <param name="A">As stored in the adapter.</param>
/// <param name="B">As stored in the adapter.</param>
/// <param name="Scale">α/r, or α/√r for rsLoRA.</param>
/// <param name="Magnitude">DoRA's vector, one number an output; null for LoRA.</param>
/// <param name="Bias">A vector that, times <paramref name="Scale"/>, is added to the module's bias; null as a rule.</param>
public sealed record LowRankUpdate(
    string Module, TensorInfo A, TensorInfo B, double Scale, bool IsEmbedding, TensorInfo? Magnitude, TensorInfo? Bias)
{
    public int Rank => (int)A.Shape[0];

    /// <summary>Columns of A: the module's inputs, or the tokens of an embedding.</summary>
    public long Inputs => A.Shape[1];

    /// <summary>Rows of B: the module's outputs, or the width of an embedding.</summary>
    public long Outputs => B.Shape[0];
}

/// <summary>A tensor that takes the place of the base's: of <c>modules_to_save</c>, a trained bias, a saved embedding.</summary>
/// <param name="Name">The tensor's name in the base.</param>
/// <param name="Stored">As stored in the adapter.</param>
public sealed record SavedTensor(string Name, TensorInfo Stored);
