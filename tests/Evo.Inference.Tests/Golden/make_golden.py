#!/usr/bin/env python3
"""Makes the tiny random models and their golden logits that GoldenLogitsTests meets.

Development only (PyTorch, NumPy); the files it writes are checked in. The forward pass below is written from the architectures' definitions
(Llama, Mistral, Qwen2, Qwen3 as Hugging Face configures them) and shares nothing with the graph builder under test.

    python3 make_golden.py            # rewrites the folders beside this script
"""
import json
import math
import struct
from pathlib import Path

import torch

VOCABULARY = 96
GREEDY_TOKENS = 16
SEQUENCES = [[5, 17, 3, 88, 41, 2, 60, 7, 7, 31, 90, 12], [33, 1, 64], [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28]]

BASE = {
    "vocab_size": VOCABULARY, "hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "hidden_act": "silu", "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
    "tie_word_embeddings": False, "bos_token_id": 0, "eos_token_id": 1, "torch_dtype": "float32",
}

MODELS = {
    "llama": dict(BASE, model_type="llama", architectures=["LlamaForCausalLM"], tie_word_embeddings=True, rope_theta=500000.0,
                  rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                "original_max_position_embeddings": 32}),
    "llama-bias-linear": dict(BASE, model_type="llama", architectures=["LlamaForCausalLM"], attention_bias=True, mlp_bias=True,
                              num_key_value_heads=4, rope_scaling={"rope_type": "linear", "factor": 4.0}),
    "mistral": dict(BASE, model_type="mistral", architectures=["MistralForCausalLM"], head_dim=32, sliding_window=None),
    "qwen2": dict(BASE, model_type="qwen2", architectures=["Qwen2ForCausalLM"], tie_word_embeddings=True, rope_theta=1000000.0,
                  rms_norm_eps=1e-6, use_sliding_window=False),
    "qwen2-yarn": dict(BASE, model_type="qwen2", architectures=["Qwen2ForCausalLM"], rope_theta=1000000.0, rms_norm_eps=1e-6,
                       use_sliding_window=False,
                       rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}),
    "qwen3": dict(BASE, model_type="qwen3", architectures=["Qwen3ForCausalLM"], head_dim=32, rms_norm_eps=1e-6, attention_bias=False),
    "mistral-window": dict(BASE, model_type="mistral", architectures=["MistralForCausalLM"], hidden_size=32, intermediate_size=48,
                           num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=True, sliding_window=6),
}

WITH_FISHER = ("llama-bias-linear", "qwen3", "mistral-window")


def random_tensors(config, generator):
    """Hugging Face names and shapes; scales that keep logits near unit size; norms and biases away from their neutral values."""
    hidden, heads, kv = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"]
    size = config.get("head_dim", hidden // heads)
    qkv_bias = config["model_type"] == "qwen2" or config.get("attention_bias", False)
    tensors = {}

    def matrix(name, rows, columns, bias):
        tensors[name + ".weight"] = torch.randn(rows, columns, generator=generator) / math.sqrt(columns)
        if bias:
            tensors[name + ".bias"] = 0.3 * torch.randn(rows, generator=generator)

    def norm(name, width):
        tensors[name + ".weight"] = 1 + 0.2 * torch.randn(width, generator=generator)

    tensors["model.embed_tokens.weight"] = torch.randn(config["vocab_size"], hidden, generator=generator)
    if config["tie_word_embeddings"]:
        tensors["model.embed_tokens.weight"] /= math.sqrt(hidden)  # it is the head too
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        norm(prefix + "input_layernorm", hidden)
        matrix(prefix + "self_attn.q_proj", heads * size, hidden, qkv_bias)
        matrix(prefix + "self_attn.k_proj", kv * size, hidden, qkv_bias)
        matrix(prefix + "self_attn.v_proj", kv * size, hidden, qkv_bias)
        matrix(prefix + "self_attn.o_proj", hidden, heads * size, config.get("attention_bias", False))
        if config["model_type"] == "qwen3":
            norm(prefix + "self_attn.q_norm", size)
            norm(prefix + "self_attn.k_norm", size)
        norm(prefix + "post_attention_layernorm", hidden)
        mlp_bias = config.get("mlp_bias", False)
        matrix(prefix + "mlp.gate_proj", config["intermediate_size"], hidden, mlp_bias)
        matrix(prefix + "mlp.up_proj", config["intermediate_size"], hidden, mlp_bias)
        matrix(prefix + "mlp.down_proj", hidden, config["intermediate_size"], mlp_bias)
    norm("model.norm", hidden)
    if not config["tie_word_embeddings"]:
        matrix("lm_head", config["vocab_size"], hidden, False)
    return tensors


def inverse_frequencies(config, size):
    """Rotary frequencies and the factor on cos and sin, by rope_type (float64)."""
    theta = config["rope_theta"]
    plain = 1.0 / theta ** (torch.arange(0, size, 2, dtype=torch.float64) / size)
    scaling = config.get("rope_scaling")
    if not scaling:
        return plain, 1.0
    factor = scaling["factor"]
    if scaling["rope_type"] == "linear":
        return plain / factor, 1.0
    old = scaling["original_max_position_embeddings"]
    if scaling["rope_type"] == "llama3":
        wavelength = 2 * math.pi / plain
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        smooth = (old / wavelength - low) / (high - low)
        blended = (1 - smooth) * plain / factor + smooth * plain
        result = torch.where(wavelength > old / low, plain / factor, plain)
        middle = (wavelength <= old / low) & (wavelength >= old / high)
        return torch.where(middle, blended, result), 1.0
    if scaling["rope_type"] == "yarn":  # Peng et al. 2023, beta_fast 32, beta_slow 1, attention factor 0.1 ln(s) + 1
        def dimension(rotations):
            return size * math.log(old / (rotations * 2 * math.pi)) / (2 * math.log(theta))
        first, last = max(math.floor(dimension(32)), 0), min(math.ceil(dimension(1)), size - 1)
        ramp = ((torch.arange(size // 2, dtype=torch.float64) - first) / max(last - first, 0.001)).clamp(0, 1)
        keep = 1 - ramp
        return plain / factor * (1 - keep) + plain * keep, 0.1 * math.log(factor) + 1.0
    raise ValueError(scaling)


def forward(config, tensors, tokens, record=lambda site, value: None):
    """Logits [sequence, vocabulary] of one sequence, in float64; inner values go to record in the order in which they come about."""
    weight = {name: tensor.double() for name, tensor in tensors.items()}
    heads, kv, hidden = config["num_attention_heads"], config["num_key_value_heads"], config["hidden_size"]
    size = config.get("head_dim", hidden // heads)
    length = len(tokens)
    frequencies, attention_factor = inverse_frequencies(config, size)
    angles = torch.arange(length, dtype=torch.float64)[:, None] * frequencies[None, :]
    cos, sin = torch.cat([angles.cos()] * 2, -1) * attention_factor, torch.cat([angles.sin()] * 2, -1) * attention_factor

    def rms(x, name):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + config["rms_norm_eps"]) * weight[name + ".weight"]

    def linear(x, name):
        y = x @ weight[name + ".weight"].T
        return y + weight[name + ".bias"] if name + ".bias" in weight else y

    def rotate(x):  # [heads, length, size]; halves, not pairs
        left, right = x[..., : size // 2], x[..., size // 2:]
        return x * cos + torch.cat([-right, left], -1) * sin

    mask = torch.full((length, length), -math.inf, dtype=torch.float64).triu(1)
    if config.get("sliding_window"):  # a token sees that many of the newest tokens, itself included
        mask = mask + torch.full((length, length), -math.inf, dtype=torch.float64).tril(-config["sliding_window"])
    x = weight["model.embed_tokens.weight"][torch.tensor(tokens)]
    record("Hidden", x)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        h = rms(x, prefix + "input_layernorm")
        record("AttentionInput", h)
        q = linear(h, prefix + "self_attn.q_proj").view(length, heads, size)
        k = linear(h, prefix + "self_attn.k_proj").view(length, kv, size)
        v = linear(h, prefix + "self_attn.v_proj").view(length, kv, size).transpose(0, 1)
        if prefix + "self_attn.q_norm.weight" in weight:
            q, k = rms(q, prefix + "self_attn.q_norm"), rms(k, prefix + "self_attn.k_norm")
        q, k = rotate(q.transpose(0, 1)), rotate(k.transpose(0, 1))
        k, v = k.repeat_interleave(heads // kv, 0), v.repeat_interleave(heads // kv, 0)
        attention = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(size) + mask, -1) @ v
        attention = attention.transpose(0, 1).reshape(length, heads * size)
        record("AttentionOutput", attention)
        x = x + linear(attention, prefix + "self_attn.o_proj")
        h = rms(x, prefix + "post_attention_layernorm")
        record("MlpInput", h)
        gate = linear(h, prefix + "mlp.gate_proj")
        product = gate * torch.sigmoid(gate) * linear(h, prefix + "mlp.up_proj")
        record("MlpActivation", product)
        x = x + linear(product, prefix + "mlp.down_proj")
        record("Hidden", x)
    x = rms(x, "model.norm")
    record("HeadInput", x)
    head = "model.embed_tokens" if config["tie_word_embeddings"] else "lm_head"
    return x @ weight[head + ".weight"].T


def greedy(config, tensors, tokens, count):
    """The continuation by the most likely token, recomputed from the start at every step."""
    tokens = list(tokens)
    for _ in range(count):
        tokens.append(int(forward(config, tensors, tokens)[-1].argmax()))
    return tokens[-count:]


def activations(config, tensors):
    """Every inner value of every sequence, sequence after sequence, as one flat array."""
    values = []
    for sequence in SEQUENCES:
        forward(config, tensors, sequence, lambda site, value: values.append(value.flatten()))
    return torch.cat(values)


def fisher(config, tensors):
    """Empirical diagonal Fisher of the first layer: squared gradients of each sequence's log-likelihood, averaged over sequences."""
    names = [name for name in tensors if name.startswith("model.layers.0.")]
    sums = {name: torch.zeros_like(tensors[name], dtype=torch.float64) for name in names}
    for sequence in SEQUENCES:
        weight = {name: tensor.double().requires_grad_(name in sums) for name, tensor in tensors.items()}
        predicted = torch.log_softmax(forward(config, weight, sequence), -1)[:-1]
        predicted.gather(1, torch.tensor(sequence[1:])[:, None]).sum().backward()
        for name in names:
            sums[name] += weight[name].grad ** 2 / len(SEQUENCES)
    return {name: value.float() for name, value in sums.items()}


def write_safetensors(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    ordered = sorted(tensors.items())
    for name, tensor in ordered:
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in ordered:
            file.write(tensor.contiguous().float().numpy().astype("<f4").tobytes())


def main():
    here = Path(__file__).parent
    for index, (name, config) in enumerate(MODELS.items()):
        folder = here / name
        folder.mkdir(exist_ok=True)
        tensors = random_tensors(config, torch.Generator().manual_seed(20261122 + index))
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        write_safetensors(folder / "model.safetensors", tensors)
        logits = [forward(config, tensors, sequence) for sequence in SEQUENCES]
        # One raw little-endian float32 array: the sequences' logits, one after the other, [sum of lengths, vocabulary].
        (folder / "logits.f32").write_bytes(torch.cat(logits).float().numpy().astype("<f4").tobytes())
        (folder / "activations.f32").write_bytes(activations(config, tensors).float().numpy().astype("<f4").tobytes())
        if name in WITH_FISHER:
            write_safetensors(folder / "fisher.safetensors", fisher(config, tensors))
        continuations = [greedy(config, tensors, sequence, GREEDY_TOKENS) for sequence in SEQUENCES]
        (folder / "sequences.json").write_text(json.dumps({"sequences": SEQUENCES, "greedy": continuations}) + "\n")
        stacked = torch.cat(logits)
        print(f"{name}: {sum(t.numel() for t in tensors.values())} parameters, logits std {stacked.std():.3f}, largest {stacked.abs().max():.3f}")


if __name__ == "__main__":
    main()
