namespace Evo.Inference.Activations;

/// <summary>Where in a decoder activations are looked at. All but <see cref="Hidden"/> are inputs of linear maps.</summary>
public enum ActivationSite
{
    /// <summary>The residual stream after a layer, [tokens, hidden]; of layer −1: the token embeddings.</summary>
    Hidden,

    /// <summary>What q_proj, k_proj and v_proj read, [tokens, hidden]: the normalised residual stream.</summary>
    AttentionInput,

    /// <summary>What o_proj reads, [tokens, heads · head size]: the heads' outputs.</summary>
    AttentionOutput,

    /// <summary>What gate_proj and up_proj read, [tokens, hidden].</summary>
    MlpInput,

    /// <summary>What down_proj reads, [tokens, intermediate]: the gated product.</summary>
    MlpActivation,

    /// <summary>What the head reads, [tokens, hidden]: the residual stream after the final norm. It belongs to no layer; its layer number is that of the last.</summary>
    HeadInput,
}
