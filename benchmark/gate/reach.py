"""Tell what a night could have called: the least loss of each system, and what would call less."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.gate.checks import Reach, in_percent
from benchmark.gate.drops import HeldDrop
from benchmark.metrics.catalogue import METRICS
from benchmark.stats.nights import NightNoise, least_loss_over_clips
from benchmark.stats.shuffled_nights import fewest_changes

WANTED = 0.05
"""The loss that a gate should call: below, captions of one system hardly differ to a reader."""

MOST_NIGHTS = 30
"""Nights that a baseline holds at most."""


def reach_of(drops: Sequence[HeldDrop], alpha: float) -> list[Reach]:
    """Tell the least losses that deciding drops could have called, with a power of 80 %.

    Each test has its share of ``alpha``, as it has where no other system fell.
    """
    deciding = [drop for drop in drops if drop.decides and drop.limit.share]
    n_tests = sum(drop.decides for drop in drops)
    return [
        _reach(drop, alpha, alpha / n_tests)
        for drop in deciding
        if not drop.pair.is_of_nothing and drop.fall.n_clips > 1
    ]


def _reach(drop: HeldDrop, alpha: float, alpha_of_test: float) -> Reach:
    noise = drop.fall.noise
    if noise is None:
        return _of_one_night(drop, alpha_of_test)
    if not noise.variance:
        return _of_equal_nights(drop, noise, alpha)
    value, allowed = abs(drop.fall.before), drop.fall.allowed
    least = noise.least_loss(allowed, alpha_of_test) / value
    said = f"{_made_of(drop)} call a loss of {_percent(least)}"
    if least <= WANTED:
        return _tell(drop, least, said)
    wanted = WANTED * value
    nights = noise.nights_for(wanted, allowed, alpha_of_test, MOST_NIGHTS)
    clips = noise.clips_for(wanted, allowed, alpha_of_test)
    ways = [
        *([f"accept {nights} nights"] if nights else []),
        *([f"take {clips:,} clips"] if clips else []),
    ]
    advice = " or ".join(ways) or f"not even {MOST_NIGHTS} nights are enough"
    return _tell(drop, least, f"{said}; for {in_percent(WANTED)} {advice}", nights, clips)


def _of_equal_nights(drop: HeldDrop, noise: NightNoise, alpha: float) -> Reach:
    n_captions = fewest_changes(noise.n_nights, alpha)
    share = in_percent(drop.limit.share)
    captions = "one caption or more makes" if n_captions == 1 else f"{n_captions} captions make"
    said = f"{_made_of(drop)} are equal and call any loss beyond {share} that {captions}"
    return _tell(drop, drop.limit.share, said)


def _of_one_night(drop: HeldDrop, alpha: float) -> Reach:
    """Tell what one accepted night calls of captions that become worthless."""
    least = least_loss_over_clips(drop.pair.nights[0], drop.limit.share, alpha)
    said = f"a loss of {_percent(least)}" if least is not None else "no loss"
    return _tell(
        drop,
        least,
        f"{_made_of(drop)} call {said}; accept three nights or more, which show what is chance",
        None if least is not None and least <= WANTED else 3,
    )


def _tell(
    drop: HeldDrop,
    least: float | None,
    words: str,
    nights: int | None = None,
    clips: int | None = None,
) -> Reach:
    n_nights = len(drop.pair.nights)
    name, key, n_clips = drop.pair.system_name, drop.pair.key, drop.fall.n_clips
    return Reach(name, key, n_clips, n_nights, least, nights, clips, words)


def _made_of(drop: HeldDrop) -> str:
    n_nights = len(drop.pair.nights)
    nights = "one night" if n_nights == 1 else f"{n_nights} nights"
    label = METRICS[drop.pair.key].label
    return f"{drop.fall.n_clips:,} clips and {nights} of {label}"


def _percent(share: float) -> str:
    """Spell a share, rounded up to a tenth of a percent."""
    return f"{math.ceil(1000 * share - 1e-6) / 10:.1f} %"
