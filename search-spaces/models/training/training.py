"""AdamW with a cosine schedule on rows from a draw function."""

import math
import time
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from data import collate


@dataclass(frozen=True)
class Schedule:
    """Warm-up, then a cosine from `learning_rate` towards `final_share` of it at `horizon` (the last step when 0)."""

    steps: int
    batch: int
    learning_rate: float
    warmup: int
    weight_decay: float = 0.05
    final_share: float = 0.05
    report_every: int = 100
    horizon: int = 0

    def rate(self, step):
        if step < self.warmup:
            return self.learning_rate * (step + 1) / self.warmup
        progress = (step - self.warmup) / max(1, (self.horizon or self.steps) - self.warmup)
        return self.learning_rate * (self.final_share + (1 - self.final_share) * 0.5 * (1 + math.cos(math.pi * progress)))


def train(model, draw, pad, schedule, log, probe=None):
    """Trains in place. `draw()` gives one row; `probe(step)` gives text for the log."""
    decayed = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=schedule.learning_rate, betas=(0.9, 0.98),
    )
    started, total, tokens = time.time(), 0.0, 0
    for step in range(schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(step)
        rows = sorted((draw() for _ in range(schedule.batch)), key=lambda row: len(row[0]))
        learned_tokens = sum(len(ids) - prompt for ids, prompt in rows)
        optimizer.zero_grad(set_to_none=True)
        third = -(-len(rows) // 3)
        for first in range(0, len(rows), third):
            # Rows of like length together: less padding, the same gradient.
            ids, targets = collate(rows[first : first + third], pad)
            learned = targets != -100
            logits = model.logits(model.hidden(ids[:, :-1])[learned])
            loss = F.cross_entropy(logits, targets[learned], reduction="sum") / learned_tokens
            loss.backward()
            total += loss.item()
            tokens += ids.numel()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % schedule.report_every == 0 or step + 1 == schedule.steps:
            every = schedule.report_every if (step + 1) % schedule.report_every == 0 else (step + 1) % schedule.report_every
            note = probe(step + 1) if probe else ""
            log(f"step {step + 1:5d}  loss {total / every:.4f}  tokens {tokens:8d}  {time.time() - started:6.0f} s  {note}")
            total = 0.0


def round_to_bfloat16(model):
    """Training continues and scores are taken from exactly what is stored."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.to(torch.bfloat16).float())
