"""What captions are, told by their content and not by where they lie or who named them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from benchmark.contract import (
    DatasetSpec,
    KnownSplit,
    References,
    Split,
    SplitLabel,
    hash_captions,
    hash_clip_ids,
)
from benchmark.datasets.wording import Share, hash_words, known_sketches
from benchmark.errors import DataError

_LIKE = 0.9
"""Share of captions that are a split's word for word, from which others are said to be its own."""
_FEWEST = 5  # of a sample; five of five are no chance: a hash is in a sketch once in 8 million
_REWORDED = "audiocaps@2.0"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What captions were found to be.

    Attributes:
        label: the published split.
        by: ``sum``: they are its own to the letter; ``likeness``: most are its own word for
            word; ``count``: there are as many, and no more is known of it.
        sentence: the same for people; follows "these captions are".
    """

    label: SplitLabel
    by: Literal["sum", "likeness", "count"]
    sentence: str


def recognise(references: References, specs: Iterable[DatasetSpec]) -> Recognised | None:
    """Find the published split that captions are, or are most like; None: nothing is like them.

    Args:
        references: of any clips, whatever these are called.
        specs: the data sets that are known.
    """
    by_name = {spec.name: spec for spec in specs}
    return (
        _by_sum(references, by_name.values())
        or _by_likeness(references, by_name)
        or _by_count(references, by_name.values())
    )


def require_version(split: Split, spec: DatasetSpec, specs: Iterable[DatasetSpec]) -> None:
    """Refuse captions that are another published split's than the one that was asked for.

    Raises:
        DataError: they are; names both, and what to do.
    """
    known = spec.known.get(split.name)
    if not split.label.is_public or known is None or is_official(split.references, known):
        return
    found = recognise(split.references, specs)
    if found is None or found.label == split.label or _has_count(split.references, known, found):
        return
    is_of_another = found.label.family != split.label.family
    if not known.captions_sha256 and is_of_another and found.by != "sum":
        return  # nobody says what its captions are: they may be taken from the other's
    raise DataError(
        f"the captions of {split.label} are not {spec.title}'s {split.name}: these captions are "
        f"{found.sentence}. Ask for {found.label} and put the file where it belongs (`bench "
        f"datasets` says where), or put {spec.title}'s file in its place."
    )


def is_official(references: References, known: KnownSplit | None) -> bool | None:
    """Tell whether captions are those published; None where no sum of these is known."""
    if known is None or not known.captions_sha256:
        return None
    return hash_captions(references) == known.captions_sha256


def _has_count(references: References, known: KnownSplit, found: Recognised) -> bool:
    """Tell whether what is known by its count alone is as likely what was asked for."""
    return found.by == "count" and known.n_captions in (None, _n_captions(references))


def _by_sum(references: References, specs: Iterable[DatasetSpec]) -> Recognised | None:
    captions_sha256 = hash_captions(references)
    for spec in specs:
        for split, known in spec.known.items():
            if captions_sha256 == known.captions_sha256:
                label = SplitLabel(spec.name, split)
                return Recognised(label, "sum", f"{spec.title}'s {split}, as published")
    return None


def _by_likeness(references: References, specs: dict[str, DatasetSpec]) -> Recognised | None:
    captions = [text for texts in references.values() for text in texts]
    hashes = hash_words(captions)
    shares = {text: sketch.share_of(hashes) for text, sketch in known_sketches().items()}
    nearest = max(shares, key=lambda text: (shares[text].value, shares[text].of))
    share = shares[nearest]
    label = SplitLabel.parse(nearest)
    spec = specs.get(label.dataset)
    if share.of < _FEWEST or share.value < _LIKE or spec is None:
        return None
    known = spec.known[label.split]
    n_lower = sum(text[:1].islower() for text in captions)
    is_all = hash_clip_ids(references) == known.clip_ids_sha256
    reworded = specs.get(_REWORDED) if spec.name == "audiocaps" else None
    if reworded and is_all and n_lower > len(captions) / 2 and share.value < 1:
        return Recognised(
            SplitLabel(reworded.name, label.split),
            "likeness",
            f"{reworded.title}'s {label.split}, by their likeness: {spec.title}'s "
            f"{len(references):,} clips, {100 * n_lower / len(captions):.0f} % of the captions "
            f"begin in lower case, {_spell(share)} are word for word as in {spec.title} (no sum "
            "is published)",
        )
    return Recognised(label, "likeness", _describe(references, spec, label.split, share))


def _describe(references: References, spec: DatasetSpec, split: str, share: Share) -> str:
    n_clips = spec.known[split].n_clips
    return (
        f"{_spell(share)} word for word those of {spec.title}'s {split}, but for case and "
        f"punctuation ({len(references):,} clips; it has {n_clips:,})"
    )


def _by_count(references: References, specs: Iterable[DatasetSpec]) -> Recognised | None:
    n_captions = _n_captions(references)
    for spec in specs:
        for split, known in spec.known.items():
            if known.n_captions == n_captions and not known.captions_sha256:
                label = SplitLabel(spec.name, split)
                sentence = f"as many ({n_captions:,}) as {spec.title}'s {split} has"
                return Recognised(label, "count", sentence)
    return None


def _n_captions(references: References) -> int:
    return sum(map(len, references.values()))


def _spell(share: Share) -> str:
    return "all" if share.value == 1 else f"about {share.value:.1%}".replace("%", " %")
