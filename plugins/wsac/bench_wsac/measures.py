"""What the best epoch is chosen by: a loss, or what comes out when captions are decoded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from bench_wsac.lesson import Examples, Lesson, Rows
from bench_wsac.network import PrefixDecoder
from benchmark import DataError
from benchmark.metrics.words import WordCider

Measure = Callable[[PrefixDecoder], float]
"""Of a network in evaluation mode: the lower, the better."""
_CAPTIONS_AT_ONCE = 256


def choose_measure(lesson: Lesson, held_out: Rows) -> Measure | None:
    """Choose how the epochs of a lesson are measured; None: they are not.

    Args:
        lesson: its validation captions count, where there are some.
        held_out: rows of its examples, which count where there are none.

    Raises:
        DataError: CIDEr-D is asked for, and can tell no clip from another.
    """
    examples, rows = lesson.examples, held_out
    if lesson.validation is not None:
        examples, rows = lesson.validation, np.arange(len(lesson.validation.captions))
    if lesson.settings.best_by == "last" or not len(rows):
        return None
    if lesson.settings.best_by == "cider_d":
        return _measure_cider(lesson, examples, rows)
    return lambda network: _mean_loss(lesson, network, examples, rows)


def _mean_loss(lesson: Lesson, network: PrefixDecoder, examples: Examples, rows: Rows) -> float:
    """Average the losses of the captions' tokens, without noise."""
    parts = [lesson.losses(network, examples, some, is_noisy=False) for some in _divide(rows)]
    return torch.cat(parts).double().mean().item()


def _measure_cider(lesson: Lesson, examples: Examples, rows: Rows) -> Measure:
    """Decode each clip from its first caption's embedding; all its captions are the references."""
    _, starts = np.unique(examples.clip_of[rows], return_index=True)
    clips = np.split(rows, starts[1:])
    scorer = WordCider([[examples.captions[row] for row in clip] for clip in clips])
    if scorer.weigh_nothing:
        raise DataError(
            f"best_by=cider_d: words weigh by how few clips have them, and the {len(clips)} clips "
            "to choose the epoch by all have the same; expected two or more that differ. Choose "
            "best_by=loss, or another split with --val."
        )
    first = rows[starts]

    def measure(network: PrefixDecoder) -> float:
        written = [
            lesson.vocabulary.decode(tokens)
            for some in _divide(first)
            for tokens in network.write(
                network.mapping(lesson.read(examples, some, is_noisy=False))
            )
        ]
        return -scorer.score(written)

    return measure


def _divide(rows: Rows) -> list[Rows]:
    return np.split(rows, range(_CAPTIONS_AT_ONCE, len(rows), _CAPTIONS_AT_ONCE))
