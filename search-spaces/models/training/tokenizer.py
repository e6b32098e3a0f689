"""Byte-level BPE in the format and with the pre-tokenization of Qwen2, its trainer, and its Hugging Face files."""

import json
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# Python's re has no \p{L} and \p{N}. For text without superscripts, fractions and other non-decimal numerals,
# which this corpus never holds, [^\W\d_] and \d are the same classes.
PIECES = re.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|(?:[^\r\n\w]|_)?[^\W\d_]+|\d| ?(?:[^\s\w]|_)+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
END_OF_TEXT = "<|endoftext|>"
SPECIAL_TOKENS = (END_OF_TEXT, "<|im_start|>", "<|im_end|>")


def byte_alphabet():
    """GPT-2's table from bytes to printable characters."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    table = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in table:
            table[byte] = chr(256 + len(table) - len(printable))
    return table


BYTE_TO_CHARACTER = byte_alphabet()
CHARACTER_TO_BYTE = {character: byte for byte, character in BYTE_TO_CHARACTER.items()}


def pieces(text):
    """The pre-tokens of a text, each written in the byte alphabet."""
    text = unicodedata.normalize("NFC", text)
    return ["".join(BYTE_TO_CHARACTER[byte] for byte in piece.encode()) for piece in PIECES.findall(text)]


class Tokenizer:
    def __init__(self, vocabulary, merges, special_ids):
        self.vocabulary = vocabulary
        self.merges = merges
        self.special_ids = special_ids
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.tokens = {identifier: token for token, identifier in vocabulary.items()}
        self.encode_piece = lru_cache(maxsize=100_000)(self.encode_piece)

    def __len__(self):
        return max([*self.vocabulary.values(), *self.special_ids.values()]) + 1

    def encode_piece(self, piece):
        symbols = list(piece)
        while len(symbols) > 1:
            rank, position = min((self.ranks.get(pair, len(self.ranks)), i) for i, pair in enumerate(zip(symbols, symbols[1:])))
            if rank == len(self.ranks):
                break
            symbols[position : position + 2] = [symbols[position] + symbols[position + 1]]
        return tuple(self.vocabulary[symbol] for symbol in symbols)

    def encode(self, text):
        """Token ids of plain text: the name of a special token in it is text like any other."""
        return [identifier for piece in pieces(text) for identifier in self.encode_piece(piece)]

    def decode(self, ids):
        text = "".join(self.tokens.get(identifier, "") for identifier in ids)
        return bytes(CHARACTER_TO_BYTE[character] for character in text).decode(errors="replace")

    @staticmethod
    def load(folder):
        document = json.loads((Path(folder) / "tokenizer.json").read_text(encoding="utf-8"))
        merges = [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in document["model"]["merges"]]
        special = {token["content"]: token["id"] for token in document["added_tokens"]}
        return Tokenizer(document["model"]["vocab"], merges, special)


def train_tokenizer(texts, size, first_merges=()):
    """Learns merges by pair frequency (ties by text order), after the given ones, until the vocabulary has `size` ids."""
    counts = Counter(piece for text in texts for piece in pieces(text))
    words = [[list(piece), count] for piece, count in sorted(counts.items())]
    symbols = [BYTE_TO_CHARACTER[byte] for byte in sorted(BYTE_TO_CHARACTER, key=lambda byte: ord(BYTE_TO_CHARACTER[byte]))]
    merges = []
    forced = list(first_merges)
    while len(symbols) + len(SPECIAL_TOKENS) < size:
        if forced:
            best = forced.pop(0)
        else:
            pairs = Counter()
            for word, count in words:
                for pair in zip(word, word[1:]):
                    pairs[pair] += count
            best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        symbols.append(best[0] + best[1])
        for entry in words:
            entry[0] = merge_pair(entry[0], best)
    vocabulary = {symbol: identifier for identifier, symbol in enumerate(symbols)}
    special = {token: len(symbols) + i for i, token in enumerate(SPECIAL_TOKENS)}
    return Tokenizer(vocabulary, merges, special)


def merge_pair(word, pair):
    merged, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            merged.append(word[i] + word[i + 1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return merged


def write_tokenizer(tokenizer, folder, max_length):
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": token, **flags} for token, i in tokenizer.special_ids.items()],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": QWEN2_PATTERN}, "behavior": "Isolated", "invert": False},
                byte_level,
            ],
        },
        "post_processor": byte_level,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": tokenizer.vocabulary,
            "merges": [" ".join(pair) for pair in tokenizer.merges],
        },
    }
    configuration = {
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": {str(i): {"content": token, **flags} for token, i in tokenizer.special_ids.items()},
        "additional_special_tokens": list(SPECIAL_TOKENS[1:]),
        "bos_token": None,
        "clean_up_tokenization_spaces": False,
        "eos_token": END_OF_TEXT,
        "errors": "replace",
        "model_max_length": max_length,
        "pad_token": END_OF_TEXT,
        "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }
    folder = Path(folder)
    for name, content in (("tokenizer.json", document), ("tokenizer_config.json", configuration)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
