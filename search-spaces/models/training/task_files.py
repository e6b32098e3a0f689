"""The items of every task as JSON lines, with the field names that the task files use."""

import json
from pathlib import Path

from choices import add_substitutes
from skills import SKILLS


def write_items(folder, held_out):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, pairs in held_out.tasks.items():
        write(folder / f"{name}.jsonl", name, ({"question": question, "answer": answer} for question, answer in pairs))
    write(folder / "translation_choice.jsonl", "translation_choice", (choice_item(*item) for item in held_out.choices))
    losses = (
        {"skill": name, "prompt": SKILLS[name].prompt_of(question), "answer": SKILLS[name].separator + answer}
        for name, (question, answer) in held_out.losses
    )
    write(folder / "skills_loss.jsonl", "skills_loss", losses)
    write(folder / "english_text.jsonl", "english_text", ({"text": text} for text in held_out.texts))


def choice_item(question, choices, label):
    choices, label = add_substitutes(question, choices, label)
    return {"question": question, "choices": [" " + choice for choice in choices], "label": label}


def write(path, name, items):
    lines = (json.dumps({"id": f"{name}-{i:04d}", **item}, ensure_ascii=False) for i, item in enumerate(items))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
