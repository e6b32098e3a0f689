#!/usr/bin/env python3
"""The PyTorch side of the inference benchmark: the same model, the same requests, float32 on the same cores.

    python3 inference_torch.py FOLDER REQUESTS.json [--threads N] [--repeats N]

REQUESTS.json: {"score": [{"context": [ids], "continuation": [ids]}, ...], "generate": [{"prompt": [ids], "maxTokens": n}, ...],
"scoreBatchTokens": 4096, "generateSlots": 32}. Prints one JSON object: wall and CPU seconds of the quickest repeat, tokens, and for checking
the summed log-likelihoods and the greedy tokens. Development only.

Batched as a good engineer would: requests sorted by length, right-padded, the head only on scored positions; decoding with a key-value
cache, one fixed batch of rows of the same prompt length at a time, no stop strings.
"""
import argparse
import json
import math
import os
import struct
import sys
import time
from pathlib import Path


def read_safetensors(path):
    import torch
    types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    content = bytearray(Path(path).read_bytes())
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8: 8 + length])
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(content, dtype=types[entry["dtype"]], count=math.prod(entry["shape"]) or 1, offset=8 + length + entry["data_offsets"][0])
        .reshape(entry["shape"]).float()
        for name, entry in header.items()
    }


class Llama:
    """A Llama decoder as plain functions over its tensors: QKV and gate/up fused, rotary tables precomputed."""

    def __init__(self, folder):
        import torch
        config = json.loads((Path(folder) / "config.json").read_text())
        tensors = read_safetensors(Path(folder) / "model.safetensors")
        self.heads, self.groups = config["num_attention_heads"], config["num_key_value_heads"]
        self.size = config.get("head_dim") or config["hidden_size"] // self.heads
        self.eps = config["rms_norm_eps"]
        self.embedding = tensors["model.embed_tokens.weight"]
        self.head = tensors.get("lm_head.weight", self.embedding)
        self.norm = tensors["model.norm.weight"]
        self.layers = []
        for layer in range(config["num_hidden_layers"]):
            get = lambda name: tensors[f"model.layers.{layer}.{name}.weight"]
            self.layers.append((
                get("input_layernorm"), torch.cat([get(f"self_attn.{part}_proj") for part in "qkv"]), get("self_attn.o_proj"),
                get("post_attention_layernorm"), torch.cat([get("mlp.gate_proj"), get("mlp.up_proj")]), get("mlp.down_proj")))
        frequencies = config.get("rope_theta", 10000.0) ** (-torch.arange(0, self.size, 2).float() / self.size)
        angles = torch.arange(config["max_position_embeddings"]).float()[:, None] * frequencies
        self.cos, self.sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)

    def rms(self, x, weight):
        import torch
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * weight

    def hidden(self, ids, start, cache, mask):
        """[batch, length] token ids at positions start.. -> [batch, length, hidden]; `cache` (or None) holds keys and values of all layers."""
        import torch
        batch, length = ids.shape
        cos, sin = self.cos[start: start + length], self.sin[start: start + length]
        half = self.size // 2

        def rotate(x):
            return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin

        x = self.embedding[ids]
        for index, (norm1, qkv, out, norm2, gate_up, down) in enumerate(self.layers):
            h = self.rms(x, norm1) @ qkv.T
            q, k, v = h.view(batch, length, -1, self.size).transpose(1, 2).split([self.heads, self.groups, self.groups], 1)
            q, k = rotate(q), rotate(k)
            if cache is not None:
                cache[index][0][:, :, start: start + length] = k
                cache[index][1][:, :, start: start + length] = v
                k, v = (part[:, :, : start + length] for part in cache[index])
            q = q.reshape(batch, self.groups, self.heads // self.groups, length, self.size)
            scores = q @ k.unsqueeze(2).transpose(3, 4) / math.sqrt(self.size)
            if mask is not None:
                scores = scores + mask
            mixed = (scores.softmax(-1) @ v.unsqueeze(2)).view(batch, self.heads, length, self.size)
            x = x + mixed.transpose(1, 2).reshape(batch, length, -1) @ out.T
            gate, up = (self.rms(x, norm2) @ gate_up.T).chunk(2, -1)
            x = x + (torch.nn.functional.silu(gate) * up) @ down.T
        return self.rms(x, self.norm)


def causal(length):
    import torch
    return torch.full((length, length), -math.inf).triu(1)


def score(model, requests, batch_tokens):
    """Sum of log-probabilities of every continuation, in request order."""
    import torch
    order = sorted(range(len(requests)), key=lambda i: -len(requests[i]["context"]) - len(requests[i]["continuation"]))
    sums, position = [0.0] * len(requests), 0
    while position < len(order):
        longest = len(requests[order[position]]["context"]) + len(requests[order[position]]["continuation"]) - 1
        chosen = order[position: position + max(1, batch_tokens // longest)]
        position += len(chosen)
        ids = torch.zeros(len(chosen), longest, dtype=torch.long)
        rows, targets, owners = [], [], []
        for row, index in enumerate(chosen):
            context, continuation = requests[index]["context"], requests[index]["continuation"]
            tokens = context + continuation
            ids[row, : len(tokens) - 1] = torch.tensor(tokens[:-1])
            first = row * longest + len(context) - 1
            rows += range(first, first + len(continuation))
            targets += continuation
            owners += [index] * len(continuation)
        hidden = model.hidden(ids, 0, None, causal(longest)).view(len(chosen) * longest, -1)[torch.tensor(rows)]
        values = (hidden @ model.head.T).log_softmax(-1)[torch.arange(len(rows)), torch.tensor(targets)].tolist()
        for owner, value in zip(owners, values):
            sums[owner] += value
    return sums


def generate(model, requests, slots):
    """Greedy tokens of every request, in request order; rows of equal prompt length and limit share a batch."""
    import torch
    groups = {}
    for index, request in enumerate(requests):
        groups.setdefault((len(request["prompt"]), request["maxTokens"]), []).append(index)
    tokens = [None] * len(requests)
    for (length, limit), indexes in groups.items():
        for first in range(0, len(indexes), slots):
            chosen = indexes[first: first + slots]
            cache = [tuple(torch.zeros(len(chosen), model.groups, length + limit, model.size) for _ in range(2)) for _ in model.layers]
            ids = torch.tensor([requests[index]["prompt"] for index in chosen])
            hidden = model.hidden(ids, 0, cache, causal(length))[:, -1]
            steps = []
            for step in range(limit):
                following = (hidden @ model.head.T).argmax(-1)
                steps.append(following)
                if step + 1 < limit:
                    hidden = model.hidden(following[:, None], length + step, cache, None)[:, 0]
            for row, index in enumerate(chosen):
                tokens[index] = [int(step[row]) for step in steps]
    return tokens


def timed(repeats, work):
    best = None
    for _ in range(repeats + 1):  # the first one warms up
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        spent = time.perf_counter() - wall, time.process_time() - cpu
        best = spent if best is None or spent < best else best
    return result, best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("requests")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(arguments.threads)
    if "avx512f" in Path("/proc/cpuinfo").read_text():
        os.environ.setdefault("OPENBLAS_CORETYPE", "SKYLAKEX")  # OpenBLAS 0.3.21 takes slower kernels on newer processors
    import torch
    torch.set_num_threads(arguments.threads)
    requests = json.loads(Path(arguments.requests).read_text())
    with torch.inference_mode():
        model = Llama(arguments.folder)
        sums, scoring = timed(arguments.repeats, lambda: score(model, requests["score"], requests["scoreBatchTokens"]))
        tokens, decoding = timed(arguments.repeats, lambda: generate(model, requests["generate"], requests["generateSlots"]))
    json.dump({
        "torch": torch.__version__, "threads": arguments.threads,
        "scoreSeconds": scoring[0], "scoreCpuSeconds": scoring[1],
        "scoreTokens": sum(len(r["context"]) + len(r["continuation"]) for r in requests["score"]),
        "generateSeconds": decoding[0], "generateCpuSeconds": decoding[1],
        "generateTokens": sum(r["maxTokens"] for r in requests["generate"]),
        "logLikelihoods": sums, "tokens": tokens,
    }, sys.stdout)
    print()


if __name__ == "__main__":
    main()
