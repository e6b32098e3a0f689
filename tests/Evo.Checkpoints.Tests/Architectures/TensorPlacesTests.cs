using Evo.Checkpoints.Architectures;

namespace Evo.Checkpoints.Tests.Architectures;

public sealed class TensorPlacesTests
{
    [Theory]
    // Llama, Mistral, Qwen2, Qwen3
    [InlineData("model.embed_tokens.weight", null, Component.Embedding, "embed_tokens")]
    [InlineData("model.layers.0.self_attn.q_proj.weight", 0, Component.Attention, "q")]
    [InlineData("model.layers.12.self_attn.k_proj.bias", 12, Component.Attention, "k")]
    [InlineData("model.layers.3.self_attn.v_proj.weight", 3, Component.Attention, "v")]
    [InlineData("model.layers.3.self_attn.o_proj.weight", 3, Component.Attention, "o")]
    [InlineData("model.layers.3.self_attn.q_norm.weight", 3, Component.Norm, "q_norm")]
    [InlineData("model.layers.3.self_attn.k_norm.weight", 3, Component.Norm, "k_norm")]
    [InlineData("model.layers.3.self_attn.rotary_emb.inv_freq", 3, Component.Other, "inv_freq")]
    [InlineData("model.layers.3.mlp.gate_proj.weight", 3, Component.Mlp, "gate")]
    [InlineData("model.layers.3.mlp.up_proj.weight", 3, Component.Mlp, "up")]
    [InlineData("model.layers.103.mlp.down_proj.weight", 103, Component.Mlp, "down")]
    [InlineData("model.layers.3.input_layernorm.weight", 3, Component.Norm, "input_layernorm")]
    [InlineData("model.layers.3.post_attention_layernorm.weight", 3, Component.Norm, "post_attention_layernorm")]
    [InlineData("model.norm.weight", null, Component.Norm, "norm")]
    [InlineData("lm_head.weight", null, Component.Head, "lm_head")]
    // Gemma 2 and 3
    [InlineData("model.layers.1.pre_feedforward_layernorm.weight", 1, Component.Norm, "pre_feedforward_layernorm")]
    [InlineData("model.layers.1.post_feedforward_layernorm.weight", 1, Component.Norm, "post_feedforward_layernorm")]
    [InlineData("language_model.model.layers.1.mlp.up_proj.weight", 1, Component.Mlp, "up")]
    // Mixtral, Qwen mixtures
    [InlineData("model.layers.1.block_sparse_moe.gate.weight", 1, Component.Router, "router")]
    [InlineData("model.layers.1.block_sparse_moe.experts.7.w1.weight", 1, Component.Mlp, "gate")]
    [InlineData("model.layers.1.block_sparse_moe.experts.7.w2.weight", 1, Component.Mlp, "down")]
    [InlineData("model.layers.1.block_sparse_moe.experts.7.w3.weight", 1, Component.Mlp, "up")]
    [InlineData("model.layers.1.mlp.gate.weight", 1, Component.Router, "router")]
    [InlineData("model.layers.1.mlp.experts.42.down_proj.weight", 1, Component.Mlp, "down")]
    [InlineData("model.layers.1.mlp.shared_expert.gate_proj.weight", 1, Component.Mlp, "gate")]
    [InlineData("model.layers.1.mlp.shared_expert_gate.weight", 1, Component.Router, "shared_expert_gate")]
    // GPT-2, with and without its prefix
    [InlineData("transformer.wte.weight", null, Component.Embedding, "embed_tokens")]
    [InlineData("wpe.weight", null, Component.Embedding, "embed_positions")]
    [InlineData("h.5.attn.c_attn.weight", 5, Component.Attention, "qkv")]
    [InlineData("h.5.attn.c_attn.bias", 5, Component.Attention, "qkv")]
    [InlineData("h.5.attn.bias", 5, Component.Other, "causal_mask")]
    [InlineData("transformer.h.5.attn.c_proj.weight", 5, Component.Attention, "o")]
    [InlineData("transformer.h.5.mlp.c_fc.weight", 5, Component.Mlp, "up")]
    [InlineData("transformer.h.5.mlp.c_proj.weight", 5, Component.Mlp, "down")]
    [InlineData("transformer.h.5.ln_1.bias", 5, Component.Norm, "input_layernorm")]
    [InlineData("transformer.h.5.ln_2.weight", 5, Component.Norm, "post_attention_layernorm")]
    [InlineData("transformer.ln_f.weight", null, Component.Norm, "norm")]
    // GPT-NeoX
    [InlineData("gpt_neox.embed_in.weight", null, Component.Embedding, "embed_tokens")]
    [InlineData("gpt_neox.layers.2.attention.query_key_value.weight", 2, Component.Attention, "qkv")]
    [InlineData("gpt_neox.layers.2.attention.dense.bias", 2, Component.Attention, "o")]
    [InlineData("gpt_neox.layers.2.attention.masked_bias", 2, Component.Other, "causal_mask")]
    [InlineData("gpt_neox.layers.2.mlp.dense_h_to_4h.weight", 2, Component.Mlp, "up")]
    [InlineData("gpt_neox.layers.2.mlp.dense_4h_to_h.weight", 2, Component.Mlp, "down")]
    [InlineData("gpt_neox.final_layer_norm.weight", null, Component.Norm, "norm")]
    [InlineData("embed_out.weight", null, Component.Head, "lm_head")]
    // Phi, Phi-3
    [InlineData("model.layers.2.self_attn.dense.weight", 2, Component.Attention, "o")]
    [InlineData("model.layers.2.mlp.fc1.weight", 2, Component.Mlp, "up")]
    [InlineData("model.layers.2.mlp.fc2.bias", 2, Component.Mlp, "down")]
    [InlineData("model.final_layernorm.weight", null, Component.Norm, "norm")]
    [InlineData("lm_head.bias", null, Component.Head, "lm_head")]
    [InlineData("model.layers.2.self_attn.qkv_proj.weight", 2, Component.Attention, "qkv")]
    [InlineData("model.layers.2.mlp.gate_up_proj.weight", 2, Component.Mlp, "gate_up")]
    // OPT, where the final norm of a layer and of the model share their name
    [InlineData("model.decoder.embed_positions.weight", null, Component.Embedding, "embed_positions")]
    [InlineData("model.decoder.layers.2.final_layer_norm.weight", 2, Component.Norm, "post_attention_layernorm")]
    [InlineData("model.decoder.final_layer_norm.weight", null, Component.Norm, "norm")]
    public void Known_names_have_their_place(string name, int? layer, Component component, string part) =>
        Assert.Equal(new TensorPlace(layer, component, part), TensorPlaces.Of(name));

    [Theory]
    [InlineData("model.layers.2.attn_sub_norm.weight", 2, Component.Norm, "attn_sub_norm")]
    [InlineData("model.layers.2.self_attn.sinks", 2, Component.Attention, "sinks")]
    [InlineData("model.layers.2.feed_forward.mixer.weight", 2, Component.Mlp, "mixer")]
    [InlineData("vision_tower.encoder.layers.4.self_attn.q_proj.weight", null, Component.Other, "q_proj")]
    [InlineData("backbone.layers.3.mixer.A_log", 3, Component.Other, "A_log")]
    [InlineData("something", null, Component.Other, "something")]
    [InlineData("weight", null, Component.Other, "weight")]
    [InlineData("", null, Component.Other, "")]
    [InlineData("layers.99999999999999.x.weight", null, Component.Other, "x")]
    [InlineData("my_lm_head.weight", null, Component.Other, "my_lm_head")]
    public void Unknown_names_are_told_by_their_modules(string name, int? layer, Component component, string part) =>
        Assert.Equal(new TensorPlace(layer, component, part), TensorPlaces.Of(name));
}
