"""What a tokenizer does, as a hash: the same for the same tokens, whatever files they come from."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_PROBES = (
    "A Dog BARKS twice",
    "Café, naïve; it's 3.5 km/h - don't!",
    "two  blanks,\ttabs and dots...",
    "狗叫 🐕 ß ﬁ",
    "[CLS] [MASK] <s> <mask> </s>",
    "supercalifragilisticexpialidocious",
)
"""Between them they show capitals, accents, punctuation, blanks, scripts and special tokens."""


def hash_tokenizer(tokenizer: Any, *, is_lowered: bool = False) -> str:
    """Hash what decides how a tokenizer spells a sentence.

    That is its words with their numbers, how it puts them together, and what it makes of a few
    sentences, so that neither the layout of its files nor the version of a library counts. The
    length that it cuts to is no part of it.

    Args:
        tokenizer: one of transformers.
        is_lowered: sentences are lowered before it sees them.

    Returns:
        12 hex digits.
    """
    texts = [text.lower() if is_lowered else text for text in _PROBES]
    spelt = tokenizer(texts, truncation=False)["input_ids"]
    parts = (sorted(tokenizer.get_vocab().items()), _pieces(tokenizer), spelt)
    return hashlib.sha256(json.dumps(parts, allow_nan=False).encode()).hexdigest()[:12]


def _pieces(tokenizer: Any) -> list[str] | None:
    """List what decides between two ways to cut a word: merges, or how likely the pieces are."""
    if not tokenizer.is_fast:
        return None
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    if "merges" in model:
        return [each if isinstance(each, str) else " ".join(each) for each in model["merges"]]
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, list):
        return [f"{piece} {score!r}" for piece, score in vocabulary]
    return None  # words and their numbers are known already
