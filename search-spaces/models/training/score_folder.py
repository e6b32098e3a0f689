"""Scores any Hugging Face Llama folder on task files, with a loader and a decoder of its own.

python3 score_folder.py FOLDER --task FILE [--task FILE ...] [--split search|report|all]
prints one JSON line per task. `search` is the first part of the items, `report` is the rest.
"""

import argparse
import json
import math
import os
import re
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
import yaml

from evaluation import continuation_losses, greedy
from folder import read_folder
from tokenizer import Tokenizer


def fill(template, item):
    return re.sub(r"\{(\w+)\}", lambda match: str(item[match[1]]), template)


def read_task(path, split="all", search_fraction=0.5):
    """The task's settings and the chosen part of its items."""
    path = Path(path)
    task = yaml.safe_load(path.read_text(encoding="utf-8"))
    lines = (path.parent / task["data"]).read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines if line.strip()]
    border = round(len(items) * search_fraction)
    return task, {"search": items[:border], "report": items[border:], "all": items}[split]


def exact_match(model, tokenizer, task, items):
    stop = task.get("stop", ["\n"])
    written = greedy(model, tokenizer, [fill(task["prompt"], item) for item in items], task["max_tokens"], stop[0])
    return sum(text.strip() == fill(task["answer"], item).strip() for text, item in zip(written, items)) / len(items)


def accuracy(model, tokenizer, task, items):
    """Share of items whose right choice has the highest summed log-likelihood."""
    field = task["choices"].strip("{}")
    pairs = [(fill(task["prompt"], item), choice) for item in items for choice in item[field]]
    losses = iter(loss for loss, _ in continuation_losses(model, tokenizer, pairs))
    right = 0
    for item in items:
        own = [next(losses) for _ in item[field]]
        right += own.index(min(own)) == int(fill(task["answer"], item))
    return right / len(items)


def mean_loss(model, tokenizer, task, items):
    """Nats per answer token, over all answer tokens."""
    results = continuation_losses(model, tokenizer, [(fill(task["prompt"], item), fill(task["answer"], item)) for item in items])
    return sum(loss for loss, _ in results) / sum(count for _, count in results)


def bits_per_byte(model, tokenizer, task, items):
    """Bits per UTF-8 byte of the text; the first token has no context and is not predicted."""
    texts = [fill(task["text"], item) for item in items]
    results = continuation_losses(model, tokenizer, [("", text) for text in texts])
    return sum(loss for loss, _ in results) / math.log(2) / sum(len(text.encode()) for text in texts)


METRICS = {"exact_match": exact_match, "accuracy": accuracy, "mean_loss": mean_loss, "bits_per_byte": bits_per_byte}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--task", action="append", required=True, type=Path)
    parser.add_argument("--split", choices=("search", "report", "all"), default="all")
    parser.add_argument("--search-fraction", type=float, default=0.5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = read_folder(options.folder), Tokenizer.load(options.folder)
    for path in options.task:
        task, items = read_task(path, options.split, options.search_fraction)
        value = METRICS[task["metric"]](model, tokenizer, task, items)
        print(json.dumps({"task": task["name"], "split": options.split, "n": len(items), task["metric"]: value}), flush=True)


if __name__ == "__main__":
    main()
