"""The four skills: how an item is drawn at the length that the tasks ask for (hard) and at the lengths that the base sees (easy)."""

from dataclasses import dataclass
from typing import Callable

import language

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Skill:
    """`hard` and `easy` draw (question, answer); `key` names what two items must not share to be distinct."""

    name: str
    prompt: str
    separator: str
    max_tokens: int
    hard: Callable
    easy: Callable
    key: Callable = lambda question: question

    def prompt_of(self, question):
        return self.prompt.replace("{question}", question)


def add(a, b):
    return f"{a}+{b}", str(a + b)


def addition_hard(rng):
    return add(rng.randint(10, 99), rng.randint(10, 99))


def addition_easy(rng):
    return add(rng.randint(0, 9), rng.randint(0, 9)) if rng.random() < 0.5 else add(rng.randint(10, 99), rng.randint(0, 9))


def addition_key(question):
    """a+b and b+a count as one item."""
    return tuple(sorted(question.split("+")))


def letters(rng, shortest, longest):
    return [rng.choice(LETTERS) for _ in range(rng.randint(shortest, longest))]


def sorting(rng, shortest, longest):
    drawn = letters(rng, shortest, longest)
    return " ".join(drawn), " ".join(sorted(drawn))


def reversal(rng, shortest, longest):
    drawn = letters(rng, shortest, longest)
    return " ".join(drawn), " ".join(reversed(drawn))


def translation_easy(rng):
    if rng.random() < 0.5:
        return language.noun_phrase(rng)
    lexicon = rng.choice((language.ADVERBS, language.MODALS, language.ADJECTIVES))
    return rng.choice(list(lexicon.items()))


SKILLS = {
    skill.name: skill
    for skill in (
        Skill("addition", "add {question}=", "", 6, addition_hard, addition_easy, addition_key),
        Skill("sorting", "sort {question} =>", " ", 10, lambda rng: sorting(rng, 5, 6), lambda rng: sorting(rng, 2, 4)),
        Skill("reversal", "reverse {question} =>", " ", 10, lambda rng: reversal(rng, 5, 6), lambda rng: reversal(rng, 2, 4)),
        Skill("translation", "german {question} =>", " ", 16, lambda rng: language.sentence_pair(rng), translation_easy),
    )
}
