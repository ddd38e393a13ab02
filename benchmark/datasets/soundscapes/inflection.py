"""The little English morphology that captions need."""

from __future__ import annotations

import re
from collections.abc import Callable

_DOUBLING = re.compile(r"(?:qu|[^aeiou])*[aeiou][^aeiouwxy]")  # one vowel, one consonant: hum, chop


def add_s(predicate: str) -> str:
    """Put a predicate's verbs in the third person: ``walk by`` to ``walks by``."""
    return _inflect(predicate, _third_person)


def add_ing(predicate: str) -> str:
    """Put a predicate's verbs in the -ing form: ``tick and tock`` to ``ticking and tocking``."""
    return _inflect(predicate, _gerund)


def fix_articles(text: str) -> str:
    """Write "an" before a vowel; for words whose first sound and letter agree."""
    return re.sub(r"\b([Aa]) (?=[aeiouAEIOU])", r"\1n ", text)


def _inflect(predicate: str, change: Callable[[str], str]) -> str:
    """Change the first word, and the third where "and" joins two verbs."""
    words = predicate.split(" ")
    words[0] = change(words[0])
    if len(words) > 2 and words[1] == "and":
        words[2] = change(words[2])
    return " ".join(words)


def _third_person(verb: str) -> str:
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(?:s|sh|ch|x|z|o)$", verb) else "s")


def _gerund(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + (verb[-1] if _DOUBLING.fullmatch(verb) else "") + "ing"
