"""METEOR 1.5's score from the statistics of its alignments (Denkowski and Lavie 2014, section 2).

Alignments come from METEOR's own program; the formula is here too because a corpus score, and so
every resample of a corpus, is a function of summed statistics.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

N_STATISTICS = 23
"""Words of candidate and reference; function words of both; for each of the matchers exact, stem,
synonym and paraphrase the matched content words of both and function words of both; chunks;
matched words of both."""

_MATCHES = slice(4, 20)
_CHUNKS = 20
# The parameters that METEOR 1.5 has for English (`-l en`, ranking task).
_ALPHA, _BETA, _GAMMA, _DELTA = 0.85, 0.2, 0.6, 0.75
_WEIGHTS = np.array([1.0, 0.6, 0.8, 0.6])


def parse_statistics(lines: Sequence[str]) -> NDArray[np.float64]:
    """Read alignments' statistics as METEOR writes them, one line for each.

    A caption that equals its reference has one chunk but no fragmentation, and METEOR leaves
    that chunk out of corpora too; it is 0 here.

    Returns:
        ``(n_lines, 23)``, columns as ``N_STATISTICS`` says.
    """
    rows = np.array([line.split() for line in lines], dtype=np.float64)
    rows = rows.reshape(-1, N_STATISTICS)
    matched = rows[:, _MATCHES].reshape(-1, 4, 2, 2).sum(axis=(1, 2))  # of candidate, reference
    is_whole = (matched == rows[:, :2]).all(axis=1) & (rows[:, _CHUNKS] == 1)
    rows[is_whole, _CHUNKS] = 0
    return rows


def meteor_score(statistics: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn statistics into METEOR.

    Args:
        statistics: ``(..., 23)``: one clip's, or the sum over the clips of a corpus.

    Returns:
        ``(...)``, in [0, 1]; 0 where nothing matches.
    """
    by_matcher = statistics[..., _MATCHES].reshape(*statistics.shape[:-1], 4, 2, 2)
    matched = np.einsum("...mks,m->...ks", by_matcher, _WEIGHTS)  # content or function, side
    function_words = statistics[..., 2:4]
    content_words = statistics[..., :2] - function_words
    weighted = _DELTA * matched[..., 0, :] + (1 - _DELTA) * matched[..., 1, :]
    words = _DELTA * content_words + (1 - _DELTA) * function_words
    shares = _divide(weighted, words)
    precision, recall = shares[..., 0], shares[..., 1]
    mean = _divide(precision * recall, _ALPHA * precision + (1 - _ALPHA) * recall)
    n_matched = (statistics[..., 21] + statistics[..., 22]) / 2
    penalty: NDArray[np.float64] = _GAMMA * _divide(statistics[..., _CHUNKS], n_matched) ** _BETA
    return mean * (1 - penalty)


def _divide(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, and call nothing divided by nothing 0."""
    return np.divide(above, below, out=np.zeros_like(below), where=below != 0)
