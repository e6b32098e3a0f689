"""Hugging Face model folders: own safetensors reader and writer, and the configuration files."""

import json
import struct
from pathlib import Path

import numpy
import torch

from model import Llama, LlamaConfig
from tokenizer import END_OF_TEXT, write_tokenizer

SAFETENSORS_TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}


def read_safetensors(path):
    """name -> float32 tensor."""
    content = Path(path).read_bytes()
    (header_length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + header_length])
    data = bytearray(content[8 + header_length :])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        values = torch.frombuffer(data, dtype=SAFETENSORS_TYPES[entry["dtype"]], count=int(numpy.prod(entry["shape"])), offset=first)
        if values.numel() * values.element_size() != last - first:
            raise ValueError(f"{path}: {name} has {last - first} bytes, which is not its shape {entry['shape']}")
        tensors[name] = values.float().reshape(entry["shape"]).clone()
    return tensors


def write_safetensors(path, tensors):
    """Stores bfloat16 tensors sorted by name, contiguous, the header padded with spaces to a multiple of 8."""
    header, offset, names = {"__metadata__": {"format": "pt"}}, 0, sorted(tensors)
    for name in names:
        size = 2 * tensors[name].numel()
        header[name] = {"dtype": "BF16", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in names:
            file.write(tensors[name].detach().to(torch.bfloat16).contiguous().view(torch.int16).numpy().tobytes())


def write_folder(folder, model, tokenizer):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    c, end = model.config, tokenizer.special_ids[END_OF_TEXT]
    configuration = {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": end,
        "eos_token_id": end,
        "head_dim": c.head_dim,
        "hidden_act": "silu",
        "hidden_size": c.hidden_size,
        "initializer_range": 0.02,
        "intermediate_size": c.intermediate_size,
        "max_position_embeddings": c.max_position_embeddings,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": c.num_attention_heads,
        "num_hidden_layers": c.num_hidden_layers,
        "num_key_value_heads": c.num_key_value_heads,
        "pad_token_id": end,
        "pretraining_tp": 1,
        "rms_norm_eps": c.rms_norm_eps,
        "rope_scaling": None,
        "rope_theta": c.rope_theta,
        "tie_word_embeddings": c.tie_word_embeddings,
        "torch_dtype": "bfloat16",
        "transformers_version": "4.46.0",
        "use_cache": True,
        "vocab_size": c.vocab_size,
    }
    generation = {"bos_token_id": end, "do_sample": False, "eos_token_id": end, "pad_token_id": end, "transformers_version": "4.46.0"}
    for name, content in (("config.json", configuration), ("generation_config.json", generation)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    write_tokenizer(tokenizer, folder, c.max_position_embeddings)
    write_safetensors(folder / "model.safetensors", model.state_dict())


def read_folder(folder):
    """The model of a Hugging Face Llama folder, single file or sharded, every tensor accounted for."""
    folder = Path(folder)
    config = LlamaConfig.from_hugging_face(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    index = folder / "model.safetensors.index.json"
    if index.exists():
        weight_map = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        tensors = {}
        for shard in sorted(set(weight_map.values())):
            tensors.update(read_safetensors(folder / shard))
        if set(tensors) != set(weight_map):
            raise ValueError(f"{index}: the shards hold other tensors than the index lists")
    else:
        tensors = read_safetensors(folder / "model.safetensors")
    if config.tie_word_embeddings:
        tensors.pop("lm_head.weight", None)
    model = Llama(config)
    model.load_state_dict(tensors)
    return model.eval()
