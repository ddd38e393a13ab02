"""A candidate and its references: what METEOR takes them for, and what they are kept by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from benchmark.metrics.chunks import chunks

Pair = tuple[str, tuple[str, ...]]
"""A candidate and its references."""

_SEPARATOR = "|||"
_BLANKS = "".join(map(chr, range(33)))  # as Java's String.trim takes them away
_CHUNK_WORK = 20_000


def as_candidate(text: str) -> str:
    """Make of a text what aac-metrics gives METEOR for a candidate."""
    return text.replace(_SEPARATOR, "").replace("  ", " ").strip(_BLANKS)


def as_references(text: str) -> list[str]:
    """METEOR takes a reference that holds its separator for several references."""
    return [part.strip(_BLANKS) for part in text.split(_SEPARATOR)]


def normal_pair(pair: Pair, normal_forms: Mapping[str, str]) -> Pair:
    """Put normal forms in the place of a pair's texts."""
    candidate, references = pair
    parts = (part for reference in references for part in as_references(reference))
    return normal_forms[as_candidate(candidate)], tuple(normal_forms[part] for part in parts)


def name_of(pair: Pair) -> str:
    """Hash a pair: what it is kept by, since its texts are long."""
    return hashlib.sha256(json.dumps(pair, allow_nan=False).encode()).hexdigest()[:32]


def work_of(pair: Pair) -> int:
    """Count the word pairs that an alignment looks at."""
    candidate, references = pair
    n_words = sum(reference.count(" ") + 1 for reference in references)
    return (candidate.count(" ") + 1) * n_words


def chunks_of(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Part pairs so that each chunk has about the same work."""
    return chunks(pairs, work_of, _CHUNK_WORK)
