namespace Evo.Checkpoints.Architectures;

/// <summary>Where in a language model a tensor belongs.</summary>
/// <param name="Layer">0-based decoder layer; null outside the layers.</param>
/// <param name="Part">
/// The same word in every architecture: <c>q k v qkv o gate up gate_up down input_layernorm post_attention_layernorm q_norm k_norm norm
/// embed_tokens embed_positions lm_head router</c>...; the weight and the bias of one module share it.
/// </param>
public sealed record TensorPlace(int? Layer, Component Component, string Part);
