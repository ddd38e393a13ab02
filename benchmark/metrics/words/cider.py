"""CIDEr-D over words as blanks and punctuation divide them.

The suite's tokens are those of the Penn Treebank, which a Java process makes. They differ in
little (possessives, hyphens), and a training asks which of its epochs is the best, not for a score
to print.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmark.metrics.cider import CiderReferences
from benchmark.metrics.ngrams import Tokens, count_ngrams, count_references

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class WordCider:
    """The references of some clips, made ready once for any number of candidates."""

    def __init__(self, references: Sequence[Sequence[str]]) -> None:
        """Count and weigh the references of each clip.

        Raises:
            DataError: there is no clip, or a clip has no reference.
        """
        counted = count_references([[_words(text) for text in clip] for clip in references])
        self._references = CiderReferences(counted)

    @property
    def weigh_nothing(self) -> bool:
        """Whether all scores are 0, as those of a single clip are: no word tells it from others."""
        return self._references.weigh_nothing

    def score(self, candidates: Sequence[str]) -> float:
        """Return the mean CIDEr-D of one candidate for each clip, in [0, 10].

        Raises:
            ValueError: candidates and clips differ in number.
        """
        counted = [count_ngrams(_words(text)) for text in candidates]
        return float(self._references.score(counted).mean())


def _words(text: str) -> Tokens:
    return _WORD.findall(text.lower())
