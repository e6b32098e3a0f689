"""Scores of a model on the task items."""

import torch
import torch.nn.functional as F

from data import collate
from skills import SKILLS
from tokenizer import END_OF_TEXT


def exact_rows(tokenizer, name, pairs):
    skill = SKILLS[name]
    rows = []
    for question, answer in pairs:
        prompt = tokenizer.encode(skill.prompt_of(question))
        rows.append((prompt + tokenizer.encode(f"{skill.separator}{answer}\n"), len(prompt)))
    return collate(rows, tokenizer.special_ids[END_OF_TEXT])


@torch.no_grad()
def forced_exact_match(model, batch):
    """Share of rows where every answer token and the closing newline is the likeliest one, which is what greedy decoding would write."""
    ids, targets = batch
    best = model.logits(model.hidden(ids[:, :-1])).argmax(-1)
    return ((best == targets) | (targets == -100)).all(1).float().mean().item()


@torch.no_grad()
def greedy(model, tokenizer, prompts, max_tokens, stop="\n", batch_size=240):
    """Greedy continuations of the prompts, cut before `stop`."""
    end = tokenizer.special_ids[END_OF_TEXT]
    order = sorted(range(len(prompts)), key=lambda i: len(tokenizer.encode(prompts[i])))
    written = [None] * len(prompts)
    for first in range(0, len(order), batch_size):
        chosen = order[first : first + batch_size]
        encoded = [tokenizer.encode(prompts[i]) for i in chosen]
        length = max(map(len, encoded))
        ids = torch.tensor([[end] * (length - len(row)) + row for row in encoded])
        starts = torch.tensor([length - len(row) for row in encoded])
        texts = ["" for _ in chosen]
        done = [False for _ in chosen]
        for _ in range(max_tokens):
            following = model.logits(model.hidden(ids, starts)[:, -1]).argmax(-1)
            ids = torch.cat((ids, following[:, None]), 1)
            for row in range(len(chosen)):
                if not done[row]:
                    new = ids[row, length:].tolist()
                    ended = end in new
                    text = tokenizer.decode(new[: new.index(end)] if ended else new)
                    done[row] = ended or stop in text
                    texts[row] = text.split(stop)[0]
            if all(done):
                break
        for i, text in zip(chosen, texts):
            written[i] = text
    return written


@torch.no_grad()
def continuation_losses(model, tokenizer, pairs, batch_size=240):
    """For every (prompt, continuation): summed negative log-likelihood in nats, and number of tokens."""
    results = []
    end = tokenizer.special_ids[END_OF_TEXT]
    for first in range(0, len(pairs), batch_size):
        rows = []
        for prompt, continuation in pairs[first : first + batch_size]:
            head = tokenizer.encode(prompt)
            rows.append((head + tokenizer.encode(continuation), max(1, len(head))))
        ids, targets = collate(rows, end)
        logits = model.logits(model.hidden(ids[:, :-1]))
        losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="none").view(targets.shape)
        results += list(zip(losses.sum(1).tolist(), (targets != -100).sum(1).tolist()))
    return results
