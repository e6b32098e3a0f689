"""The family's table: every model and the uniform average of the experts, on both halves of every task, as Markdown."""

import argparse
import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from folder import read_folder
from score_folder import METRICS, read_task
from skills import SKILLS
from tokenizer import Tokenizer

TASKS = (*SKILLS, "translation_choice", "skills_loss", "english_text")


def uniform_average(models):
    """The plain average of the experts' weights, in float32."""
    model = read_folder(models / "base")
    experts = [read_folder(models / name).state_dict() for name in SKILLS]
    model.load_state_dict({key: sum(expert[key] for expert in experts) / len(experts) for key in experts[0]})
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--tasks", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.load(options.models / "base")
    family = {name: read_folder(options.models / name) for name in ("base", *SKILLS)}
    family["uniform average"] = uniform_average(options.models)
    for split in ("search", "report"):
        loaded = [read_task(options.tasks / f"{name}.yaml", split) for name in TASKS]
        print(f"\n| {split} half | " + " | ".join(f"{task['name']} {task['metric']} (n={len(items)})" for task, items in loaded) + " |")
        print("| --- |" + " --- |" * len(loaded))
        for name, model in family.items():
            values = (METRICS[task["metric"]](model, tokenizer, task, items) for task, items in loaded)
            print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in values) + " |", flush=True)


if __name__ == "__main__":
    main()
