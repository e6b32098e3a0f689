"""Draws every training row again and fails if one of them, or a sum in its other order, is a task item.

python3 check_held_out.py TASKS_FOLDER
"""

import json
import re
import sys
from pathlib import Path

from data import HeldOut, Rows
from skills import SKILLS
from train import BASE_STAGES, EXPERTS, HELD_OUT_SEED, TEXT_SHARE, expert_row, make_tokenizer


def normal(prompt):
    """The same text for a sum in either order."""
    found = re.fullmatch(r"add (\d+)\+(\d+)=", prompt)
    return "add " + "+".join(sorted(found.groups())) if found else prompt


def task_texts(folder):
    """The prompts of all task items, and the running texts."""
    texts = []
    for path in sorted(folder.glob("*.jsonl")):
        items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        name = "translation" if path.stem == "translation_choice" else path.stem
        own = [item.get("text") or item.get("prompt") or SKILLS[name].prompt_of(item["question"]) for item in items]
        assert len({normal(text) for text in own}) == len(items) >= 480, path
        texts += own
    return {normal(text) for text in texts}, len(texts)


def training_rows(tokenizer, held_out):
    for seed, hard_shares, schedule in BASE_STAGES:
        rows = Rows(tokenizer, held_out, seed)
        for _ in range(schedule.steps * schedule.batch):
            yield rows.mixture(TEXT_SHARE, hard_shares)
    for name, (seed, _, schedule) in EXPERTS.items():
        rows = Rows(tokenizer, held_out, seed)
        for _ in range(schedule.steps * schedule.batch):
            yield expert_row(rows, name)


def main():
    tokenizer = make_tokenizer()
    texts, items = task_texts(Path(sys.argv[1]))
    assert len(texts) == items, "two tasks share an item"
    count = 0
    for ids, prompt in training_rows(tokenizer, HeldOut(HELD_OUT_SEED)):
        text = tokenizer.decode(ids[:prompt] if prompt > 1 else ids).split("\n")[0]
        assert normal(text) not in texts, text
        count += 1
    print(f"{count} training rows, {items} task items, none in common")


if __name__ == "__main__":
    main()
