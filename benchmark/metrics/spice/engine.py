"""SPICE of many systems: clips to scores, each different clip once in the life of the cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.machine.progress import progress_bar
from benchmark.metrics.kept import KeptResults
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.spice.parser_files import ParserFiles
from benchmark.metrics.spice.parses import Parses, made_with
from benchmark.metrics.spice.process import ScoresByPart, SpiceClip, SpiceProcess

PARTS = ("object", "attribute", "relation", "cardinality", "color", "size")
_BATCH = 250
Texts = tuple[str, tuple[str, ...]]
"""A clip to score: its candidate and its references, tokenised."""


@dataclass(frozen=True, slots=True)
class SpiceScores:
    """SPICE of one system's clips.

    Attributes:
        by_part: ``(n_clips, 3)`` precision, recall and F1, of all propositions (``"all"``) and,
            where asked for, of each of ``PARTS``. NaN where a clip has none: it could not be
            parsed, or no reference has a proposition of that kind.
        failures: by row, why a clip could not be scored.
    """

    by_part: Mapping[str, NDArray[np.float64]]
    failures: Mapping[int, str]


def score_spice(
    systems: Sequence[Sequence[Texts]],
    files: ParserFiles,
    limits: SpiceLimits,
    *,
    has_parts: bool = False,
) -> list[SpiceScores]:
    """Score systems with SPICE 1.0 (Anderson et al. 2016).

    Sentences are parsed and clips scored once each, whatever shares them, and both are kept.
    Java is started only where something is new.

    Args:
        systems: the clips of each.
        files: the parser.
        limits: what SPICE may take.
        has_parts: score each kind of proposition, too.

    Raises:
        MachineError: Java cannot be started or died again and again, or the cache cannot be
            written. What was parsed until then is kept.
    """
    kept = KeptResults("spice-scores", made_with(files))
    parts = ("all", *(PARTS if has_parts else ()))
    texts = {_key(clip): clip for clips in systems for clip in clips}
    new = [key for key in texts if key not in kept or not kept[key].keys() >= set(parts)]
    failures = _score_new({key: texts[key] for key in new}, kept, files, limits, parts)
    return [_gather([_key(clip) for clip in clips], kept, failures, parts) for clips in systems]


def _score_new(
    texts: Mapping[str, Texts],
    kept: KeptResults,
    files: ParserFiles,
    limits: SpiceLimits,
    parts: Sequence[str],
) -> dict[str, str]:
    """Parse and score clips and keep their scores; return why some could not be scored."""
    if not texts:
        return {}
    parses = Parses(files, limits)
    failures: dict[str, str] = {}
    scorable: dict[str, SpiceClip] = {}
    with ExitStack() as stack:
        process = stack.enter_context(SpiceProcess(files, limits))
        parses.make(
            (text for candidate, references in texts.values() for text in (candidate, *references)),
            process,
        )
        for key, clip in texts.items():
            try:
                scorable[key] = _propositions(clip, parses)
            except _UnparsedError as error:
                failures[key] = str(error)
        _keep_scores(scorable, kept, process, has_parts=len(parts) > 1)
    return failures


def _keep_scores(
    clips: Mapping[str, SpiceClip], kept: KeptResults, process: SpiceProcess, *, has_parts: bool
) -> None:
    keys = list(clips)
    with progress_bar("SPICE: scoring clips", len(keys)) as bar:
        for first in range(0, len(keys), _BATCH):
            batch = keys[first : first + _BATCH]
            scores = process.score([clips[key] for key in batch], has_parts=has_parts)
            kept.add(dict(zip(batch, map(_without_nan, scores), strict=True)))
            bar.advance(len(batch))


class _UnparsedError(Exception):
    """A sentence of a clip could not be parsed."""


def _propositions(clip: Texts, parses: Parses) -> SpiceClip:
    candidate, references = clip

    def parsed(text: str, role: str) -> list[list[str]]:
        propositions, failure = parses[text]
        if propositions is None:
            raise _UnparsedError(f"{role} {_shorten(text)!r}: {failure}")
        return propositions

    return SpiceClip(
        parsed(candidate, "the caption"), [parsed(text, "the reference") for text in references]
    )


def _gather(
    keys: Sequence[str], kept: KeptResults, failures: Mapping[str, str], parts: Sequence[str]
) -> SpiceScores:
    by_part = {part: np.full((len(keys), 3), np.nan) for part in parts}
    for row, key in enumerate(keys):
        if key not in failures:
            for part, values in by_part.items():
                values[row] = np.array(kept[key][part], np.float64)  # None becomes NaN
    failed = {row: failures[key] for row, key in enumerate(keys) if key in failures}
    return SpiceScores(by_part, failed)


def _without_nan(scores: ScoresByPart) -> dict[str, list[float | None]]:
    """Spell scores for JSON, which has no NaN."""
    return {
        part: [None if np.isnan(value) else value for value in values]
        for part, values in scores.items()
    }


def _key(clip: Texts) -> str:
    return hashlib.sha256(json.dumps(clip, allow_nan=False).encode("ascii")).hexdigest()


def _shorten(text: str, n_chars: int = 60) -> str:
    return text if len(text) <= n_chars else f"{text[: n_chars - 1]}…"
