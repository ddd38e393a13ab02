"""Rules about a split that was loaded."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmark.artifacts import Artifacts
from benchmark.contract import DatasetSpec, Split, SplitLabel, hash_captions, hash_clip_ids
from benchmark.errors import BenchError, DataError, describe, listed, shown, why_unwritable
from benchmark.testing.findings import BrokenRuleError

SplitRule = Callable[[DatasetSpec, Split, Callable[[], Split]], object]
_N_SOUNDS = 3
_RATES_HZ = (16_000, 22_050)
_NOT_PORTABLE = '\\/:*?"<>|'


def load_split(spec: DatasetSpec, name: str, root: Path, artifacts: Artifacts) -> Split:
    """Load a split.

    Raises:
        BrokenRuleError: it cannot be loaded, or is none.
    """
    try:
        split: object = spec.load(SplitLabel(spec.name, name), root, artifacts)
    except (Exception, SystemExit) as error:
        said = str(error) if isinstance(error, BenchError) else describe(error)
        raise BrokenRuleError(
            f"the split {name!r} cannot be loaded: {said}\nExpected each of splits to load; give "
            "root= a folder where its files lie, or splits= those that are here."
        ) from error
    if not isinstance(split, Split):
        raise BrokenRuleError(f"load() gave {shown(split)} for {name!r}; expected a Split.")
    if (split.dataset, split.name) != (spec.name, name):
        raise BrokenRuleError(
            f"load() gave {split.label} for {spec.name}:{name}; expected the split of that label."
        )
    return split


def has_portable_ids(spec: DatasetSpec, split: Split, load: Callable[[], Split]) -> None:
    """Ids are words that every file system and every table can hold, and no two look alike."""
    for clip_id in split.references:
        if reason := _why_not_portable(clip_id):
            raise BrokenRuleError(
                f"{split.label} has the clip id {shown(clip_id)}, which {reason}; expected ids "
                "that any file, table and file system holds."
            )
    counts = Counter(clip_id.casefold() for clip_id in split.references)
    if alike := [clip_id for clip_id in split.references if counts[clip_id.casefold()] > 1]:
        raise BrokenRuleError(
            f"{split.label} has ids that differ in upper and lower case alone: {listed(alike)}; "
            "expected ids that differ on every file system."
        )
    if taken := sorted({*split.aliases} & {*split.references}):
        raise BrokenRuleError(f"aliases name other clips too: {listed(taken)}; expected no id.")


def has_references(spec: DatasetSpec, split: Split, load: Callable[[], Split]) -> None:
    """Each clip has captions, which are text."""
    if not split.references:
        raise BrokenRuleError(f"{split.label} has no clip; expected some.")
    for clip_id, texts in split.references.items():
        told = f"the captions of {shown(clip_id)} of {split.label}"
        if not isinstance(texts, tuple) or not texts:
            raise BrokenRuleError(f"{told} are {shown(texts)}; expected a tuple of at least one.")
        for text in texts:
            if not isinstance(text, str) or not text.strip() or why_unwritable(text):
                raise BrokenRuleError(f"{told} hold {shown(text)}; expected text in words.")


def names_its_own_clips(spec: DatasetSpec, split: Split, load: Callable[[], Split]) -> None:
    """What is present, embedded or has a file is of the split's clips."""
    pairs: tuple[tuple[str, set[str], set[str]], ...] = (
        ("present", {*split.present}, {*split.references}),
        ("embedded", {*split.embedded}, {*split.present}),
        ("files", {*split.files}, {*split.present}),
        ("aliases", {*split.aliases.values()}, {*split.references}),
    )
    for what, named, known in pairs:
        if strange := sorted(named - known):
            raise BrokenRuleError(
                f"{what} of {split.label} names {listed(strange)}; expected clips of the split "
                "alone."
            )
    if gone := sorted(str(path) for path in split.files.values() if not path.is_file()):
        raise BrokenRuleError(f"files of {split.label} names {listed(gone)}; expected files.")


def has_sounds(spec: DatasetSpec, split: Split, load: Callable[[], Split]) -> None:
    """Sounds that are present can be read, at any rate; of those that lack, it says so in words."""
    for clip_id in sorted(split.present - split.embedded)[:_N_SOUNDS]:
        for rate_hz in _RATES_HZ:
            _read_sound(split, clip_id, rate_hz)
    for clip_id in split.missing[:1]:
        try:
            split.read_clip(clip_id, _RATES_HZ[0])
        except DataError:
            continue
        except Exception as error:
            told = f"raises {describe(error)}"
        else:
            told = "gives one"
        raise BrokenRuleError(
            f"{split.label} does not have the sound of {clip_id!r}, and read_clip {told}; expected "
            "a DataError that says so."
        )


def is_what_it_declares(spec: DatasetSpec, split: Split, load: Callable[[], Split]) -> None:
    """Counts and hashes are those that are published."""
    known = spec.known.get(split.name)
    if known is None:
        return
    found: dict[str, object] = {
        "n_clips": len(split.references),
        "n_captions": sum(map(len, split.references.values())),
        "clip_ids_sha256": hash_clip_ids(split.references),
        "captions_sha256": hash_captions(split.references),
    }
    for name, value in found.items():
        declared = getattr(known, name)
        if declared not in (None, "", value):
            raise BrokenRuleError(
                f"{name} of {split.label} is {shown(value)}; expected {shown(declared)}, as known "
                "declares. Of a part of the data, skip={'hashes'}."
            )


def loads_again(spec: DatasetSpec, split: Split, load: Callable[[], Split]) -> None:
    """Loaded again it is the same."""
    again = load()
    for what in ("references", "present", "aliases", "embedded", "files"):
        if getattr(split, what) != getattr(again, what):
            raise BrokenRuleError(
                f"{what} of {split.label} are others when it is loaded again; expected the same, "
                "in the same order."
            )
    if list(split.references) != list(again.references):
        raise BrokenRuleError(f"clips of {split.label} come in another order when loaded again.")


SPLIT_RULES: Mapping[str, SplitRule] = {
    "references": has_references,
    "clip-ids": has_portable_ids,
    "clips": names_its_own_clips,
    "sounds": has_sounds,
    "hashes": is_what_it_declares,
    "repetition": loads_again,
}
"""By name."""


def _why_not_portable(clip_id: object) -> str | None:
    if not isinstance(clip_id, str) or not clip_id.strip():
        return "is no text"
    if reason := why_unwritable(clip_id):
        return reason
    if clip_id != clip_id.strip():
        return "begins or ends with a blank"
    if not unicodedata.is_normalized("NFC", clip_id):
        return "is not in Unicode's composed form (NFC)"
    if marks := [mark for mark in clip_id if mark in _NOT_PORTABLE or ord(mark) < 32]:
        return f"holds {marks[0]!r}"
    return None


def _read_sound(split: Split, clip_id: str, rate_hz: int) -> None:
    where = f"read_clip({clip_id!r}, {rate_hz:_}) of {split.label}"
    try:
        clip, again = split.read_clip(clip_id, rate_hz), split.read_clip(clip_id, rate_hz)
    except Exception as error:
        raise BrokenRuleError(f"{where} raised {describe(error)}") from error
    for told in _flaws_of_sound(clip.waveform):
        raise BrokenRuleError(f"{where} gave {told}; expected mono float32 in [-1, 1].")
    if (clip.clip_id, clip.sample_rate_hz) != (clip_id, rate_hz):
        raise BrokenRuleError(
            f"{where} gave {clip.clip_id!r} at {clip.sample_rate_hz} Hz; expected what was asked "
            "for. benchmark.datasets.read_sound resamples."
        )
    if clip.waveform.tobytes() != again.waveform.tobytes():
        raise BrokenRuleError(f"{where} gave another sound the second time; expected the same.")


def _flaws_of_sound(waveform: object) -> Iterator[str]:
    if not isinstance(waveform, np.ndarray):
        yield f"{type(waveform).__name__}"
    elif waveform.ndim != 1 or not len(waveform):
        yield f"an array of shape {waveform.shape}"
    elif waveform.dtype != np.float32:
        yield f"samples of {waveform.dtype}"
    elif not np.isfinite(waveform).all() or abs(waveform).max() > 1.0 + 1e-6:
        yield "samples outside of [-1, 1]"
