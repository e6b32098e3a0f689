"""Held-out items first, then endless training rows that never hold one of them."""

import random

import torch

import language
from skills import SKILLS
from tokenizer import END_OF_TEXT

TASK_ITEMS = 480
CHOICE_ITEMS = 480
LOSS_ITEMS_PER_SKILL = 120
TEXT_ITEMS = 480


class HeldOut:
    """The items of every task, and the keys that training must not draw."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.keys = {name: set() for name in SKILLS}
        self.tasks = {name: self.draw(rng, name, TASK_ITEMS) for name in SKILLS}
        self.choices = [with_choices(rng, pair) for pair in self.draw(rng, "translation", CHOICE_ITEMS)]
        self.losses = [(name, pair) for name in SKILLS for pair in self.draw(rng, name, LOSS_ITEMS_PER_SKILL)]
        rng.shuffle(self.losses)
        self.texts = []
        while len(self.texts) < TEXT_ITEMS:
            text = language.running_text(rng)
            if text not in self.texts:
                self.texts.append(text)
        self.text_keys = set(self.texts)

    def draw(self, rng, name, count):
        skill, pairs = SKILLS[name], []
        while len(pairs) < count:
            question, answer = skill.hard(rng)
            key = skill.key(question)
            if key not in self.keys[name]:
                self.keys[name].add(key)
                pairs.append((question, answer))
        return pairs

    def holds(self, name, question):
        return SKILLS[name].key(question) in self.keys[name]


def with_choices(rng, pair):
    """(question, four German sentences, index of the right one); the wrong ones differ in a noun, an article or word order."""
    question, answer = pair
    words = answer.split(" ")
    wrong = set()
    nouns = [entry[0] for entry in language.NOUNS.values()]
    while len(wrong) < 3:
        changed = list(words)
        kind = rng.randrange(3)
        if kind == 0:
            i, j = rng.sample(range(len(changed)), 2)
            changed[i], changed[j] = changed[j], changed[i]
        elif kind == 1:
            i = rng.choice([i for i, word in enumerate(words) if word in nouns])
            changed[i] = rng.choice(nouns)
        else:
            articles = [i for i, word in enumerate(words) if word in ("der", "die", "das", "den")]
            changed[rng.choice(articles)] = rng.choice(("der", "die", "das", "den"))
        if changed != words:
            wrong.add(" ".join(changed))
    choices = [answer, *sorted(wrong)]
    rng.shuffle(choices)
    return question, choices, choices.index(answer)


class Rows:
    """Draws training rows: (token ids, number of leading ids that are not learned)."""

    def __init__(self, tokenizer, held_out, seed):
        self.tokenizer, self.held_out = tokenizer, held_out
        self.rng = random.Random(seed)
        self.end = tokenizer.special_ids[END_OF_TEXT]

    def skill(self, name, draw):
        skill = SKILLS[name]
        while True:
            question, answer = draw(self.rng)
            if not self.held_out.holds(name, question):
                break
        prompt = self.tokenizer.encode(skill.prompt_of(question))
        return prompt + self.tokenizer.encode(f"{skill.separator}{answer}\n") + [self.end], len(prompt)

    def text(self):
        while True:
            text = language.german_sentence(self.rng) if self.rng.random() < 0.3 else language.running_text(self.rng)
            if text not in self.held_out.text_keys:
                return self.tokenizer.encode(text + "\n") + [self.end], 1

    def mixture(self, text_share, hard_shares):
        """One row of the base's diet: an item of a task's own difficulty, or running text, or an easy item of any skill."""
        chance = self.rng.random() - sum(hard_shares.values())
        if chance < 0:
            name = self.rng.choices(list(hard_shares), list(hard_shares.values()))[0]
            return self.skill(name, SKILLS[name].hard)
        if self.rng.random() < text_share:
            return self.text()
        name = self.rng.choice(list(SKILLS))
        return self.skill(name, SKILLS[name].easy)


def collate(rows, pad):
    """ids [batch, length] and targets [batch, length - 1] with -100 where nothing is learned."""
    length = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), length), pad)
    targets = torch.full((len(rows), length - 1), -100)
    for i, (row, prompt) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        targets[i, prompt - 1 : len(row) - 1] = ids[i, prompt : len(row)]
    return ids, targets
