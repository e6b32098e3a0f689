"""Wrong translations that are good German: one word exchanged for another of the same kind."""

import random

import language


def word_kinds():
    """Sets of German words that can stand for each other without breaking the grammar."""
    nouns = [{german for german, article, _ in language.NOUNS.values() if article == wanted} for wanted in ("der", "die", "das")]
    verbs = [
        {third for _, third, _ in language.TRANSITIVE.values()},
        {infinitive for _, _, infinitive in language.TRANSITIVE.values()},
        {third for _, third, _ in language.INTRANSITIVE.values()},
    ]
    others = [set(words.values()) for words in (language.ADJECTIVES, language.MODALS, language.ADVERBS)]
    return [sorted(kind) for kind in (*nouns, *verbs, *others)]


KINDS = word_kinds()


def add_substitutes(question, choices, label, count=2):
    """The choices with `count` more that only the meaning rules out, in a new order, and the new index of the right one."""
    rng = random.Random(f"choices for {question}")
    answer = choices[label]
    words = answer.split(" ")
    places = [(i, kind) for i, word in enumerate(words) for kind in KINDS if word in kind]
    extended = list(choices)
    while len(extended) < len(choices) + count:
        i, kind = rng.choice(places)
        changed = " ".join([*words[:i], rng.choice(kind), *words[i + 1 :]])
        if changed not in extended:
            extended.append(changed)
    rng.shuffle(extended)
    return extended, extended.index(answer)
