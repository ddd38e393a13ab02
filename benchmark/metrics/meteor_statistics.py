"""From METEOR's alignment statistics to its score: for one caption, or for a corpus."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from benchmark.errors import MachineError

Statistics = tuple[float, ...]
"""Counts of words: of candidate and reference; of their function words; for each of the four kinds
of match, the content words it covers in candidate and reference and the function words it covers in
both; the chunks; and the words matched in candidate and reference. They add up over a corpus."""

N_STATISTICS = 23

_ALPHA, _BETA, _GAMMA, _DELTA = 0.85, 0.2, 0.6, 0.75
_MATCH_WEIGHTS = (1.0, 0.6, 0.8, 0.6)  # exact, stem, synonym, paraphrase


def parse_statistics(line: str) -> Statistics:
    """Read one answer of METEOR to a SCORE line.

    Raises:
        MachineError: it is not 23 numbers.
    """
    try:
        statistics = tuple(map(float, line.split()))
    except ValueError:
        statistics = ()
    if len(statistics) != N_STATISTICS:
        raise MachineError(f"METEOR answered {line!r}; expected {N_STATISTICS} numbers.")
    return statistics


def add_statistics(several: Iterable[Statistics]) -> Statistics:
    """Add up the statistics of a corpus; whole numbers, so the order does not matter.

    A perfect alignment, which has no fragmentation, adds no chunk either.
    """
    rows = [_without_chunk(row) if _is_perfect(row) else row for row in several]
    return tuple(map(sum, zip(*rows, strict=True))) or (0.0,) * N_STATISTICS


def meteor_score(statistics: Statistics) -> float:
    """Score an alignment: METEOR 1.5 with the English parameters (Denkowski and Lavie 2014, §2).

    The operations run in the order of METEOR's own code, so the result is the same to the last
    bit wherever ``pow`` is, which Java and C libraries round alike on all alignments tested.

    Returns:
        A score from 0 to 1; 0 where nothing matches.
    """
    candidate_length, reference_length, candidate_function, reference_function = statistics[:4]
    matches = statistics[4:20]
    chunks, candidate_matched, reference_matched = statistics[20:]
    if candidate_matched + reference_matched == 0:
        return 0.0
    precision = _weigh_matches(matches[::4], matches[2::4]) / _weigh_words(
        candidate_length, candidate_function
    )
    recall = _weigh_matches(matches[1::4], matches[3::4]) / _weigh_words(
        reference_length, reference_function
    )
    f_mean = 1 / ((1 - _ALPHA) / precision + _ALPHA / recall)
    if _is_perfect(statistics):
        fragmentation = 0.0
    else:
        fragmentation = chunks / ((candidate_matched + reference_matched) / 2)
    return max(f_mean * (1 - _GAMMA * math.pow(fragmentation, _BETA)), 0.0)


def _is_perfect(statistics: Statistics) -> bool:
    """Whether one chunk covers all of both texts."""
    return statistics[20:] == (1, *statistics[:2])


def _without_chunk(statistics: Statistics) -> Statistics:
    return (*statistics[:20], 0.0, *statistics[21:])


def _weigh_words(length: float, function_words: float) -> float:
    return _DELTA * (length - function_words) + (1 - _DELTA) * function_words


def _weigh_matches(content: Sequence[float], function: Sequence[float]) -> float:
    weighted = 0.0
    for matched, weight in zip(content, _MATCH_WEIGHTS, strict=True):
        weighted += matched * weight * _DELTA
    for matched, weight in zip(function, _MATCH_WEIGHTS, strict=True):
        weighted += matched * weight * (1 - _DELTA)
    return weighted
