namespace Evo.Checkpoints.Architectures;

/// <summary>
/// Module names of the Hugging Face implementations of decoder models, and what they are. A row holds when the module's name ends with its
/// path at a dot; the first row that holds wins, so longer paths stand above the shorter ones that they end with.
/// </summary>
internal static class TensorNameTable
{
    /// <param name="InLayer">True: only inside a decoder layer; false: only outside; null: anywhere.</param>
    public sealed record Row(string Path, Component Component, string Part, bool? InLayer = null);

    public static readonly Row[] Rows =
    [
        // Buffers that old checkpoints carry: no weights.
        new("rotary_emb.inv_freq", Component.Other, "inv_freq"),
        new("attn.bias", Component.Other, "causal_mask", true),
        new("attn.masked_bias", Component.Other, "causal_mask", true),
        new("attention.bias", Component.Other, "causal_mask", true),
        new("attention.masked_bias", Component.Other, "causal_mask", true),

        // Embeddings: Llama and most others; GPT-2; GPT-NeoX; Bloom, Falcon; InternLM2, Mistral's own; OPT.
        new("embed_tokens", Component.Embedding, "embed_tokens"),
        new("wte", Component.Embedding, "embed_tokens"),
        new("embed_in", Component.Embedding, "embed_tokens"),
        new("word_embeddings", Component.Embedding, "embed_tokens"),
        new("tok_embeddings", Component.Embedding, "embed_tokens"),
        new("wpe", Component.Embedding, "embed_positions"),
        new("embed_positions", Component.Embedding, "embed_positions"),
        new("word_embeddings_layernorm", Component.Norm, "embed_layernorm"),

        // Heads: most; GPT-NeoX; InternLM2, Mistral's own; classifiers and reward models.
        new("lm_head", Component.Head, "lm_head"),
        new("embed_out", Component.Head, "lm_head"),
        new("output", Component.Head, "lm_head", false),
        new("score", Component.Head, "score", false),

        // Routers: Mixtral; Qwen and DeepSeek mixtures (their experts' own gate is gate_proj); gpt-oss.
        new("block_sparse_moe.gate", Component.Router, "router"),
        new("mlp.gate", Component.Router, "router"),
        new("mlp.gate.e_score_correction_bias", Component.Router, "router"),
        new("mlp.router", Component.Router, "router"),
        new("feed_forward.router", Component.Router, "router"),
        new("shared_expert_gate", Component.Router, "shared_expert_gate"),

        // Norms by their place in the layer.
        new("q_norm", Component.Norm, "q_norm"),
        new("k_norm", Component.Norm, "k_norm"),
        new("q_layernorm", Component.Norm, "q_norm"),
        new("k_layernorm", Component.Norm, "k_norm"),
        new("input_layernorm", Component.Norm, "input_layernorm"),
        new("post_attention_layernorm", Component.Norm, "post_attention_layernorm"),
        new("pre_feedforward_layernorm", Component.Norm, "pre_feedforward_layernorm"),
        new("post_feedforward_layernorm", Component.Norm, "post_feedforward_layernorm"),
        new("ln_1", Component.Norm, "input_layernorm"),
        new("ln_2", Component.Norm, "post_attention_layernorm"),
        new("ln_attn", Component.Norm, "input_layernorm"),
        new("ln_mlp", Component.Norm, "post_attention_layernorm"),
        new("attention_norm", Component.Norm, "input_layernorm"),
        new("ffn_norm", Component.Norm, "post_attention_layernorm"),
        new("self_attn_layer_norm", Component.Norm, "input_layernorm"),
        new("final_layer_norm", Component.Norm, "post_attention_layernorm", true),

        // The norm after the last layer: Llama; GPT-2; GPT-NeoX and OPT; Phi.
        new("norm", Component.Norm, "norm", false),
        new("ln_f", Component.Norm, "norm", false),
        new("final_layer_norm", Component.Norm, "norm", false),
        new("final_layernorm", Component.Norm, "norm", false),

        // Attention: Llama and most; Phi-3; GPT-2; GPT-NeoX, Bloom, Falcon, Phi; OPT; InternLM2; multi-head latent attention.
        new("q_proj", Component.Attention, "q"),
        new("k_proj", Component.Attention, "k"),
        new("v_proj", Component.Attention, "v"),
        new("o_proj", Component.Attention, "o"),
        new("qkv_proj", Component.Attention, "qkv"),
        new("attn.c_attn", Component.Attention, "qkv"),
        new("attn.c_proj", Component.Attention, "o"),
        new("query_key_value", Component.Attention, "qkv"),
        new("attention.dense", Component.Attention, "o"),
        new("self_attention.dense", Component.Attention, "o"),
        new("self_attn.dense", Component.Attention, "o"),
        new("out_proj", Component.Attention, "o"),
        new("attention.wqkv", Component.Attention, "qkv"),
        new("attention.wq", Component.Attention, "q"),
        new("attention.wk", Component.Attention, "k"),
        new("attention.wv", Component.Attention, "v"),
        new("attention.wo", Component.Attention, "o"),
        new("q_a_proj", Component.Attention, "q_a"),
        new("q_b_proj", Component.Attention, "q_b"),
        new("kv_a_proj_with_mqa", Component.Attention, "kv_a"),
        new("kv_b_proj", Component.Attention, "kv_b"),
        new("q_a_layernorm", Component.Norm, "q_a_layernorm"),
        new("kv_a_layernorm", Component.Norm, "kv_a_layernorm"),

        // Feed-forward: Llama, Mistral, Qwen, Gemma; Phi-3; Mixtral's experts, InternLM2; GPT-2; GPT-NeoX, Bloom, Falcon; Phi, OPT.
        new("gate_proj", Component.Mlp, "gate"),
        new("up_proj", Component.Mlp, "up"),
        new("down_proj", Component.Mlp, "down"),
        new("gate_up_proj", Component.Mlp, "gate_up"),
        new("gate_up_proj_bias", Component.Mlp, "gate_up"),
        new("down_proj_bias", Component.Mlp, "down"),
        new("w1", Component.Mlp, "gate", true),
        new("w2", Component.Mlp, "down", true),
        new("w3", Component.Mlp, "up", true),
        new("mlp.c_fc", Component.Mlp, "up"),
        new("mlp.c_proj", Component.Mlp, "down"),
        new("dense_h_to_4h", Component.Mlp, "up"),
        new("dense_4h_to_h", Component.Mlp, "down"),
        new("fc1", Component.Mlp, "up", true),
        new("fc2", Component.Mlp, "down", true),
    ];
}
