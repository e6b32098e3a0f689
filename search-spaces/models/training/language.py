"""The small world that the models read about: English sentences, their German translations, and running text in both."""

# English noun -> (German noun, nominative article, accusative article)
NOUNS = {
    "dog": ("Hund", "der", "den"), "man": ("Mann", "der", "den"), "tree": ("Baum", "der", "den"), "bird": ("Vogel", "der", "den"),
    "king": ("König", "der", "den"), "fish": ("Fisch", "der", "den"), "friend": ("Freund", "der", "den"), "bear": ("Bär", "der", "den"),
    "cat": ("Katze", "die", "die"), "woman": ("Frau", "die", "die"), "cow": ("Kuh", "die", "die"), "mouse": ("Maus", "die", "die"),
    "flower": ("Blume", "die", "die"), "duck": ("Ente", "die", "die"), "goat": ("Ziege", "die", "die"), "sister": ("Schwester", "die", "die"),
    "child": ("Kind", "das", "das"), "horse": ("Pferd", "das", "das"), "house": ("Haus", "das", "das"), "girl": ("Mädchen", "das", "das"),
    "pig": ("Schwein", "das", "das"), "book": ("Buch", "das", "das"), "sheep": ("Schaf", "das", "das"), "boat": ("Boot", "das", "das"),
}
ADJECTIVES = {
    "big": "große", "small": "kleine", "old": "alte", "young": "junge", "red": "rote", "good": "gute",
    "white": "weiße", "new": "neue", "quiet": "leise", "fast": "schnelle",
}
# English infinitive -> (English third person, German third person, German infinitive)
TRANSITIVE = {
    "see": ("sees", "sieht", "sehen"), "find": ("finds", "findet", "finden"), "hear": ("hears", "hört", "hören"),
    "love": ("loves", "liebt", "lieben"), "seek": ("seeks", "sucht", "suchen"), "paint": ("paints", "malt", "malen"),
    "know": ("knows", "kennt", "kennen"), "carry": ("carries", "trägt", "tragen"),
}
INTRANSITIVE = {
    "sleep": ("sleeps", "schläft", "schlafen"), "sing": ("sings", "singt", "singen"), "come": ("comes", "kommt", "kommen"),
    "laugh": ("laughs", "lacht", "lachen"), "swim": ("swims", "schwimmt", "schwimmen"), "wait": ("waits", "wartet", "warten"),
}
MODALS = {"can": "kann", "must": "muss", "may": "darf", "will": "will"}
ADVERBS = {"today": "heute", "now": "jetzt", "often": "oft", "here": "hier"}
PLACES = ["in the garden", "near the river", "on the hill", "by the sea", "under the bridge", "behind the wall", "in the forest", "at the market"]
TIMES = ["in the morning", "at night", "every day", "in summer", "after the rain", "before dinner", "on sunday", "in winter"]
WEATHER = ["cold", "warm", "dark", "windy", "bright", "late", "early", "calm"]


def noun_phrase(rng):
    """A nominative noun phrase without adjective in both languages."""
    noun = rng.choice(list(NOUNS))
    return f"the {noun}", f"{NOUNS[noun][1]} {NOUNS[noun][0]}"


def describing(rng):
    """the red cat sleeps -> die rote Katze schläft"""
    noun, adjective, verb = rng.choice(list(NOUNS)), rng.choice(list(ADJECTIVES)), rng.choice(list(INTRANSITIVE))
    german, article, _ = NOUNS[noun]
    return f"the {adjective} {noun} {INTRANSITIVE[verb][0]}", f"{article} {ADJECTIVES[adjective]} {german} {INTRANSITIVE[verb][1]}"


def inverted(rng):
    """today the cat sees the dog -> heute sieht die Katze den Hund"""
    subject, thing = rng.sample(list(NOUNS), 2)
    adverb, verb = rng.choice(list(ADVERBS)), rng.choice(list(TRANSITIVE))
    english = f"{adverb} the {subject} {TRANSITIVE[verb][0]} the {thing}"
    return english, f"{ADVERBS[adverb]} {TRANSITIVE[verb][1]} {NOUNS[subject][1]} {NOUNS[subject][0]} {NOUNS[thing][2]} {NOUNS[thing][0]}"


def verb_final(rng):
    """the cat can see the dog -> die Katze kann den Hund sehen"""
    subject, thing = rng.sample(list(NOUNS), 2)
    modal, verb = rng.choice(list(MODALS)), rng.choice(list(TRANSITIVE))
    english = f"the {subject} {modal} {verb} the {thing}"
    return english, f"{NOUNS[subject][1]} {NOUNS[subject][0]} {MODALS[modal]} {NOUNS[thing][2]} {NOUNS[thing][0]} {TRANSITIVE[verb][2]}"


def sentence_pair(rng):
    return rng.choice((describing, inverted, verb_final))(rng)


def english_sentence(rng):
    """A sentence of the running text; wider than what is translated."""
    noun, other = rng.sample(list(NOUNS), 2)
    adjective, second = rng.sample(list(ADJECTIVES), 2)
    place, time = rng.choice(PLACES), rng.choice(TIMES)
    intransitive = INTRANSITIVE[rng.choice(list(INTRANSITIVE))][0]
    verb = rng.choice(list(TRANSITIVE))
    sees = TRANSITIVE[verb][0]
    return rng.choice((
        f"The {adjective} {noun} {intransitive} {place}.",
        f"The {noun} {sees} the {second} {other} {time}.",
        f"A {adjective} {noun} and a {second} {other} live {place}.",
        f"It is {rng.choice(WEATHER)} {time}, and the {noun} {intransitive}.",
        f"When the {noun} {intransitive}, the {other} {sees} it.",
        f"There is a {noun} {place}, but the {adjective} {other} does not {verb} it.",
        f"{time.capitalize()} the {noun} {intransitive} {place}.",
        f"The {noun} is {adjective}, and the {other} is {second}.",
    ))


def running_text(rng, sentences=2):
    return " ".join(english_sentence(rng) for _ in range(sentences))


def german_sentence(rng):
    german = sentence_pair(rng)[1]
    return german[0].upper() + german[1:] + "."
