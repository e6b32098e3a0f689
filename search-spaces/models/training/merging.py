"""Merges in weight space, to see what there is to find before any search is run: task arithmetic with free weights."""

import argparse
import os
import random
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from evaluation import exact_rows, forced_exact_match
from folder import read_folder
from score_folder import read_task
from skills import SKILLS
from tokenizer import Tokenizer

DEPTH_BLOCKS = 3
SLOTS = DEPTH_BLOCKS + 1  # one weight per depth block and one for the embedding


def slot(name, layers):
    """Which of an expert's weights applies to a tensor; the final norm goes with the last block."""
    if "embed_tokens" in name:
        return DEPTH_BLOCKS
    found = name.split(".")[2] if name.startswith("model.layers.") else layers - 1
    return int(found) * DEPTH_BLOCKS // layers


class Family:
    def __init__(self, models, tasks):
        self.model = read_folder(models / "base")
        tokenizer = Tokenizer.load(models / "base")
        self.base = {name: value.clone() for name, value in self.model.state_dict().items()}
        experts = {name: read_folder(models / name).state_dict() for name in SKILLS}
        self.vectors = {name: {key: value[key] - self.base[key] for key in self.base} for name, value in experts.items()}
        self.batches = {split: {} for split in ("search", "report")}
        for split, batches in self.batches.items():
            for name in SKILLS:
                _, items = read_task(tasks / f"{name}.yaml", split)
                batches[name] = exact_rows(tokenizer, name, [(item["question"], item["answer"]) for item in items])

    def scores(self, weights, split="search"):
        """Exact match of base + sum of weight * task vector; weights[name] holds one weight per slot."""
        layers = self.model.config.num_hidden_layers
        merged = {
            key: value + sum(weights[name][slot(key, layers)] * vector[key] for name, vector in self.vectors.items())
            for key, value in self.base.items()
        }
        self.model.load_state_dict(merged)
        return {name: forced_exact_match(self.model, batch) for name, batch in self.batches[split].items()}

    def describe(self):
        flat = {name: torch.cat([part.flatten() for part in vector.values()]) for name, vector in self.vectors.items()}
        length = torch.cat([part.flatten() for part in self.base.values()]).norm()
        for name, vector in flat.items():
            cosines = "  ".join(f"{other} {torch.cosine_similarity(vector, flat[other], 0):.2f}" for other in flat if other != name)
            print(f"{name}: length {vector.norm() / length:.3f} of the base's, cosine to {cosines}")


def mean(scores):
    return sum(scores.values()) / len(scores)


def show(label, scores):
    print(f"{label:34s} " + "  ".join(f"{name} {value:.3f}" for name, value in scores.items()) + f"  mean {mean(scores):.3f}", flush=True)


def equal(weight, names=tuple(SKILLS)):
    return {name: [weight if name in names else 0.0] * SLOTS for name in SKILLS}


def climb(family, evaluations, seed, first_weights, names=tuple(SKILLS)):
    """Random weights for a third of the evaluations, then Gaussian steps from one of the four best."""
    rng, seen = random.Random(seed), []
    for index in range(evaluations):
        if index < len(first_weights):
            weights = equal(first_weights[index], names)
        elif index < evaluations // 3:
            weights = {name: [rng.uniform(0.2, 1.4) if name in names else 0.0] * SLOTS for name in SKILLS}
        else:
            parent = rng.choice(sorted(seen, key=lambda entry: -entry[0])[:4])[1]
            weights = {name: [max(0.0, w + rng.gauss(0, 0.15)) if name in names else 0.0 for w in parent[name]] for name in SKILLS}
        scores = family.scores(weights)
        seen.append((mean(scores), weights, scores))
    return max(seen, key=lambda entry: entry[0]), seen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--tasks", type=Path, required=True)
    parser.add_argument("--evaluations", type=int, default=200)
    options = parser.parse_args()
    torch.set_num_threads(1)
    family = Family(options.models, options.tasks)
    family.describe()
    for name in SKILLS:
        show(f"{name} alone, weight 1", family.scores(equal(1.0, (name,))))
    for weight in (0.25, 0.35, 0.5, 0.65, 0.8, 1.0):
        show(f"all four, weight {weight}", family.scores(equal(weight)))
    uniform = family.scores(equal(0.25))
    for names in (tuple(SKILLS), *(tuple(n for n in SKILLS if n != left) for left in SKILLS)):
        best, seen = climb(family, options.evaluations, 3, (0.25, 0.35, 0.5, 0.65), names)
        show(f"best of {options.evaluations}, " + "+".join(n[:4] for n in names), best[2])
        show("  the same on the report half", family.scores(best[1], "report"))
        print("  weights", {name: [round(w, 2) for w in values] for name, values in best[1].items()})
        above = sum(all(scores[n] > uniform[n] for n in SKILLS) for _, _, scores in seen)
        print(f"  {above} of {len(seen)} beat the uniform average on every skill", flush=True)


if __name__ == "__main__":
    main()
