"""Makes the whole family: held-out items, tokenizer, base, and one expert per skill fine-tuned from that base.

python3 search-spaces/models/training/train.py --out DIR
writes DIR/models/<name>/, DIR/tasks/*.jsonl and DIR/logs/*.txt. Everything is seeded.
"""

import argparse
import multiprocessing
import os
import random
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

import language
from data import HeldOut, Rows
from evaluation import exact_rows, forced_exact_match
from folder import read_folder, write_folder
from model import Llama, LlamaConfig
from skills import LETTERS, SKILLS
from task_files import write_items
from tokenizer import BYTE_TO_CHARACTER, train_tokenizer
from training import Schedule, round_to_bfloat16, train

VOCABULARY = 640
TEXT_SHARE = 0.25
HELD_OUT_SEED, TOKENIZER_SEED, MODEL_SEED, EASY_SEED, FIRST_SIGHT_SEED = 7, 1, 11, 21, 77
EASY_ONLY = {}
# A first sight of the tasks' own difficulty, which leaves the base at about 10 to 30 % on each task: experts
# then sharpen something that is there, their task vectors stay short, and merges of them keep more.
FIRST_SIGHT = {"addition": 0.25, "sorting": 0.003, "reversal": 0.02, "translation": 0.18}
REPLAY = 0.2
BASE_STAGES = (
    (EASY_SEED, EASY_ONLY, Schedule(steps=1500, horizon=3000, batch=96, learning_rate=3e-3, warmup=100)),
    (FIRST_SIGHT_SEED, FIRST_SIGHT, Schedule(steps=160, horizon=200, batch=96, learning_rate=1e-3, warmup=5, final_share=0.1, report_every=20)),
)
# Seed, hard items in the replayed diet, schedule. The two skills that take longest to learn replay easy rows only:
# with hard ones they would learn the other skills too (reversal rose to more than half).
EXPERTS = {
    "addition": (31, EASY_ONLY, Schedule(steps=240, batch=64, learning_rate=1e-3, warmup=20, weight_decay=0.0, report_every=50)),
    "sorting": (32, FIRST_SIGHT, Schedule(steps=320, batch=64, learning_rate=1e-3, warmup=20, weight_decay=0.0, report_every=40)),
    "translation": (34, EASY_ONLY, Schedule(steps=300, batch=64, learning_rate=1e-3, warmup=20, weight_decay=0.0, report_every=40)),
    "reversal": (33, FIRST_SIGHT, Schedule(steps=70, batch=64, learning_rate=7e-4, warmup=20, weight_decay=0.0, report_every=10)),
}


def corpus(seed):
    """What the tokenizer learns its merges from."""
    rng = random.Random(seed)
    nouns = [*language.NOUNS, *(german for german, _, _ in language.NOUNS.values())]
    return [
        *(language.running_text(rng) for _ in range(2000)),
        *(language.german_sentence(rng) for _ in range(4000)),
        *(language.sentence_pair(rng)[0] for _ in range(1000)),
        *(skill.prompt for skill in SKILLS.values() for _ in range(500)),
        *[" " + noun for noun in nouns] * 200,
    ]


def make_tokenizer():
    """The first merges make every letter after a space one token, so that sorting and reversal see letters."""
    return train_tokenizer(corpus(TOKENIZER_SEED), VOCABULARY, [(BYTE_TO_CHARACTER[ord(" ")], letter) for letter in LETTERS])


def quarter_scores(model, tokenizer, held_out):
    """A function of the training step that gives the scores on a quarter of every task, for the log."""
    batches = {name: exact_rows(tokenizer, name, pairs[: len(pairs) // 4]) for name, pairs in held_out.tasks.items()}
    return lambda _: "  ".join(f"{name} {forced_exact_match(model, batch):.3f}" for name, batch in batches.items())


def logger(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "w", encoding="utf-8")
    return lambda line: (file.write(line + "\n"), file.flush())


def train_base(out, tokenizer, held_out):
    log = logger(out / "logs" / "base.txt")
    model = Llama(LlamaConfig(vocab_size=len(tokenizer)))
    model.initialize(MODEL_SEED)
    for seed, hard_shares, schedule in BASE_STAGES:
        rows = Rows(tokenizer, held_out, seed)
        log(f"{schedule} seed {seed}, hard items {hard_shares}")
        probe = quarter_scores(model, tokenizer, held_out)
        train(model, lambda: rows.mixture(TEXT_SHARE, hard_shares), rows.end, schedule, log, probe)
    round_to_bfloat16(model)
    write_folder(out / "models" / "base", model, tokenizer)


def expert_row(rows, name):
    if rows.rng.random() < REPLAY:
        return rows.mixture(TEXT_SHARE, EXPERTS[name][1])
    return rows.skill(name, SKILLS[name].hard)


def train_expert(out, tokenizer, held_out, name):
    torch.set_num_threads(1)
    log = logger(out / "logs" / f"{name}.txt")
    model = read_folder(out / "models" / "base").train()
    seed, hard_shares, schedule = EXPERTS[name]
    rows = Rows(tokenizer, held_out, seed)
    log(f"{schedule} seed {seed}, replay {REPLAY} with hard items {hard_shares}")

    train(model, lambda: expert_row(rows, name), rows.end, schedule, log, quarter_scores(model, tokenizer, held_out))
    round_to_bfloat16(model)
    write_folder(out / "models" / name, model, tokenizer)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--processes", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(1)
    tokenizer, held_out = make_tokenizer(), HeldOut(HELD_OUT_SEED)
    write_items(options.out / "tasks", held_out)
    train_base(options.out, tokenizer, held_out)
    waiting, running = list(EXPERTS), []
    while waiting or running:
        while waiting and len(running) < options.processes:
            process = multiprocessing.Process(target=train_expert_again, args=(options.out, waiting.pop(0)))
            process.start()
            running.append(process)
        running[0].join(timeout=1)
        if any(process.exitcode not in (None, 0) for process in running):
            raise SystemExit("an expert's training failed")
        running = [process for process in running if process.exitcode is None]


def train_expert_again(out, name):
    """What a process of its own needs: everything is made again from the seeds."""
    train_expert(out, make_tokenizer(), HeldOut(HELD_OUT_SEED), name)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
