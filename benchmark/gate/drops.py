"""Judge drops against their limits: those that decide as one family, those that are warned of.

A drop is real where its test against the limit, corrected by Holm for all drops that decide, and a
shuffle of the nights of each clip both say so (see ``stats.nights``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmark.gate.checks import Check, Status, in_percent, is_beyond, used_share
from benchmark.gate.pairs import MetricPair
from benchmark.stats.families import correct_holm
from benchmark.stats.nights import Fall, Limit, judge_fall
from benchmark.stats.samples import count_unlike
from benchmark.stats.shuffled_nights import fewest_changes, nights_for_changes, shuffle_nights

_MOST_CLIPS = 1_000_000
"""Nobody takes more clips than this."""


@dataclass(frozen=True, slots=True)
class HeldDrop:
    """A metric of a system, held to a limit.

    Attributes:
        pair: the metric, in the accepted nights and in the run.
        limit: of the loss.
        decides: a real drop beyond the limit fails the night; else it is warned of.
        fall: what the test against the limit found.
    """

    pair: MetricPair
    limit: Limit
    decides: bool
    fall: Fall

    @staticmethod
    def of(pair: MetricPair, limit: Limit, decides: bool) -> HeldDrop:
        """Test a pair against a limit."""
        better = pair.is_higher_better
        fall = judge_fall(pair.nights, pair.now, limit, higher_is_better=better)
        return HeldDrop(pair, limit, decides, fall)

    @property
    def name(self) -> str:
        if self.limit.share or not self.limit.amount:
            return f"drop <= {in_percent(self.limit.share)}"
        return f"worse by <= {self.limit.amount:.4g}"

    @property
    def amounts(self) -> tuple[float, float]:
        """The loss and the limit, in the limit's own unit."""
        if self.name.startswith("drop"):
            return self.pair.drop, self.limit.share
        return self.pair.loss, self.limit.amount

    @property
    def is_beyond(self) -> bool:
        return is_beyond(*self.amounts)

    @property
    def n_changed(self) -> int:
        """Count the clips that are not as in the baseline's own run."""
        return count_unlike(self.pair.now, self.pair.nights[0])

    def shuffled_p(self, alpha: float) -> float:
        """Test for any drop at all, by shuffling the nights of each clip."""
        better = self.pair.is_higher_better
        nights, now = self.pair.nights, self.pair.now
        return shuffle_nights(nights, now, higher_is_better=better, alpha=alpha)


def judge_drops(drops: Sequence[HeldDrop], alpha: float) -> list[Check]:
    """Judge drops; those that decide are one family, and those that are warned of another."""
    checks = {}
    for decides in (True, False):
        family = [at for at, drop in enumerate(drops) if drop.decides == decides]
        # Drops within the limit enter as if they were noise for certain, which can only make the
        # others' corrected p-values larger.
        p_values = [drops[at].fall.p_value if drops[at].is_beyond else 1.0 for at in family]
        for at, p in zip(family, correct_holm(p_values), strict=True):
            checks[at] = _judge(drops[at], p, alpha, len(family))
    return [checks[at] for at in range(len(drops))]


class _Found(NamedTuple):
    """What is to be said of a drop: how it is judged, its p-value, what speaks against it."""

    status: Status
    p_value: float | None = None
    doubt: str = ""


def _judge(drop: HeldDrop, p: float, alpha: float, n_tests: int) -> Check:
    found = _find(drop, p, alpha, n_tests) if drop.is_beyond else _Found("pass")
    status = found.status
    if not drop.decides:
        status = "warning" if status == "fail" else "pass"
    tested = "" if found.p_value is None else f", corrected p {found.p_value:.2g}"
    return Check(
        drop.pair.system_name,
        drop.pair.key,
        drop.name,
        status,
        f"{_size(drop)}{tested}{found.doubt and f': {found.doubt}'}",
        baseline=drop.pair.before_value,
        run=drop.pair.now.value,
        used=used_share(*drop.amounts),
    )


def _find(drop: HeldDrop, p: float, alpha: float, n_tests: int) -> _Found:
    """Judge a drop beyond its limit; ``p`` is that of the test against the limit, corrected."""
    noise, n_nights = drop.fall.noise, len(drop.pair.nights)
    if drop.fall.n_clips < fewest_changes(n_nights, alpha):
        return _Found("inconclusive", None, _never(drop, alpha))
    if p <= alpha:
        shuffled = drop.shuffled_p(alpha)
        p = max(p, shuffled)
        if shuffled <= alpha:
            return _Found("fail", p)
        if noise is None or not noise.variance:
            return _Found("inconclusive", p, _few(drop, alpha))
        return _Found("pass", p, f"{_captions(drop.n_changed)}, as from night to night")
    if noise is None:
        return _Found("inconclusive", p, _may_be_chance(drop, alpha, n_tests))
    if drop.fall.p_value <= alpha:
        return _Found("warning", p, "too little to be sure of among so many systems")
    return _Found("pass", p, "no more than nights differ")


def _never(drop: HeldDrop, alpha: float) -> str:
    n_clips = fewest_changes(len(drop.pair.nights), alpha)
    return f"{drop.fall.n_clips} clips can never tell it from chance; take {n_clips} or more"


def _few(drop: HeldDrop, alpha: float) -> str:
    n_nights = len(drop.pair.nights)
    said = f"{_nights(n_nights)} cannot tell {_captions(drop.n_changed)} from rare chance"
    return f"{said}; accept {nights_for_changes(drop.n_changed, alpha)} nights to tell"


def _may_be_chance(drop: HeldDrop, alpha: float, n_tests: int) -> str:
    """Say what would tell a drop that one accepted night does not."""
    n_nights = nights_for_changes(drop.n_changed, alpha)
    said = f"may be chance; accept {n_nights} nights, which tell it if they agree"
    n_clips = drop.fall.clips_to_tell(alpha / n_tests)
    if n_clips is None or n_clips > _MOST_CLIPS:
        return said
    return f"{said}, or take {n_clips:,} clips"


def _size(drop: HeldDrop) -> str:
    pair = drop.pair
    if not pair.drop:
        return "the same"
    word = "worse" if pair.loss > 0 else "better"
    if pair.is_of_nothing or drop.name.startswith("worse"):
        return f"{word} by {abs(pair.loss):.4f}"
    return f"{100 * abs(pair.drop):.2f} % {word}"


def _nights(number: int) -> str:
    return "one night" if number == 1 else f"{number} equal nights"


def _captions(number: int) -> str:
    return "one changed caption" if number == 1 else f"{number} changed captions"
