"""METEOR's English synonyms (WordNet 3.0), cut down to the words of given texts.

METEOR reads 147,000 words and gathers every meaning of each word again for each alignment. It only
asks whether two words share a meaning; so a word keeps those by which it is told from none.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

Meanings = dict[str, list[str]]
"""The numbers of each word's meanings, as METEOR's table has them."""

# METEOR's morphology: a word's ending, and what the base form has in its place, in its order.
_ENDINGS = (
    *(("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh")),
    *(("men", "man"), ("ies", "y"), ("s", ""), ("ies", "y"), ("es", "e"), ("es", "")),
    *(("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("er", ""), ("est", "")),
    *(("er", "e"), ("est", "e")),
)


def cut_synonyms(jar: Path, words: Iterable[str]) -> Meanings:
    """Find for each word meanings that it shares with another of the words.

    Args:
        jar: METEOR 1.5's.
        words: as METEOR compares them: normalised, in lower case.

    Returns:
        Words that share a meaning have a number in common, others have none. Words that share
        none with any other are left out.
    """
    table, bases = _read(jar)
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(set(words)):
        for meaning in dict.fromkeys(_meanings(word, table, bases)):
            holders[meaning].append(word)
    cut: Meanings = defaultdict(list)
    joined: set[tuple[str, str]] = set()
    for meaning, sharing in sorted(holders.items(), key=lambda item: -len(item[1])):
        pairs = set(combinations(sharing, 2))
        if pairs <= joined:
            continue
        joined |= pairs
        for word in sharing:
            cut[word].append(meaning)
    return dict(cut)


def write_synonyms(
    meanings: Mapping[str, Sequence[str]], words: Iterable[str], folder: Path
) -> None:
    """Write ``english.synsets`` and ``english.exceptions``, as METEOR's ``-d`` reads them.

    Every word has the base form "", which has no meaning: METEOR takes those of the base too.
    """
    synsets = "".join(f"{word}\n{' '.join(numbers)}\n" for word, numbers in meanings.items())
    (folder / "english.synsets").write_text(synsets, encoding="utf-8", newline="\n")
    exceptions = f"\n{' '.join(words)}\n"
    (folder / "english.exceptions").write_text(exceptions, encoding="utf-8", newline="\n")


def _read(jar: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    with zipfile.ZipFile(jar) as archive:
        synsets, exceptions = (
            archive.read(f"synonym/english.{name}").decode().split("\n")
            for name in ("synsets", "exceptions")
        )
    bases: defaultdict[str, list[str]] = defaultdict(list)
    for base, forms in zip(exceptions[::2], exceptions[1::2], strict=False):
        for form in forms.split():
            bases[form].append(base)
    return dict(zip(synsets[::2], synsets[1::2], strict=False)), bases


def _meanings(
    word: str, table: Mapping[str, str], bases: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """List the meanings of a word and of its base forms, as METEOR finds them."""
    for form in (word, *(bases[word] if word in bases else (_base(word, table),))):
        yield from table.get(form, "").split()


def _base(word: str, table: Mapping[str, str]) -> str:
    if word.endswith("ss") or len(word) <= 2:
        return word
    for ending, replacement in _ENDINGS:
        if word.endswith(ending):
            base = word.removesuffix(ending) + replacement
            if base in table:
                return base
    return ""
