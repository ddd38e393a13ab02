"""Captions held against each other by their words: case and punctuation are no difference."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from benchmark.contract import References
from benchmark.files import parse_json

SKETCH_SIZE = 512
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Leave of a caption its words, in lower case: letters and digits alone."""
    return " ".join(_WORD.findall(text.casefold()))


class Overlap(NamedTuple):
    """Captions that stand word for word in a training split.

    Attributes:
        captions: how many of all, case and punctuation aside.
        clips: how many clips have one of them.
        of: captions there are.
        train: the label of the training split.
    """

    captions: int
    clips: int
    of: int
    train: str


def count_overlap(references: References, train: References, train_label: str) -> Overlap:
    """Count the captions that stand word for word among those of a training split."""
    known = {fold(text) for texts in train.values() for text in texts}
    hits = [sum(fold(text) in known for text in texts) for texts in references.values()]
    return Overlap(
        sum(hits), sum(hit > 0 for hit in hits), sum(map(len, references.values())), train_label
    )


class Share(NamedTuple):
    """How many captions that fall into a sketch are in it: of how many."""

    known: int
    of: int

    @property
    def value(self) -> float:
        return self.known / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """The smallest hashes of a split's distinct captions (Broder 1997), which show none of them.

    Of any other captions those whose hash is as small are a fair sample, and the share of the
    sample that is in the sketch estimates the share of all that is in the split: with 512 hashes
    to a percent or so.
    """

    hashes: frozenset[int]

    @staticmethod
    def of(captions: Iterable[str]) -> Sketch:
        """Sketch captions; case and punctuation do not matter, nor how often one stands there."""
        return Sketch(frozenset(sorted(hash_words(captions))[:SKETCH_SIZE]))

    def share_of(self, hashes: Iterable[int]) -> Share:
        """Estimate how many of some captions are among the split's, by their ``hash_words``."""
        largest = max(self.hashes)
        sample = [hashed for hashed in hashes if hashed <= largest]
        return Share(sum(hashed in self.hashes for hashed in sample), len(sample))


@cache
def known_sketches() -> Mapping[str, Sketch]:
    """Load the sketches of published splits, by label."""
    text = files("benchmark.datasets").joinpath("known_captions.json").read_text(encoding="utf-8")
    return {
        label: Sketch(frozenset(int(digits, 16) for digits in hashes.split()))
        for label, hashes in parse_json(text).items()
    }


def hash_words(captions: Iterable[str]) -> frozenset[int]:
    """Hash what different captions there are, case and punctuation aside, to 32 bits each."""
    folded = {fold(text).encode(errors="surrogatepass") for text in captions}
    return frozenset(int.from_bytes(hashlib.sha256(text).digest()[:4]) for text in folded)
