"""Pair one metric of one system in both runs, or say why the two do not compare."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmark.metrics.catalogue import METRICS
from benchmark.metrics.contributions import Contributions, samples_alike
from benchmark.metrics.signature import Signature
from benchmark.runs.pairs import SystemPair
from benchmark.runs.record import SystemRecord
from benchmark.stats.samples import Sample, mean_of, over_common

_OWN = ("aac-bench", "refs", "references", "clips")
"""Parts of a signature that two runs may differ in: coverage is judged apart, other references are
refused before, and whether this project's own code still gives the same numbers is just what a
gate is asked."""

NOTHING = 5e-5
"""A value below is printed as 0.0000: what smoothing leaves where a system has none of a metric."""


@dataclass(frozen=True)
class MetricPair:
    """One metric of one system in accepted nights and a run, over the clips that all scored.

    Attributes:
        system_name: whose.
        key: the metric.
        nights: that were accepted, the baseline's own run first.
        now: the run's.
    """

    system_name: str
    key: str
    nights: tuple[Sample, ...]
    now: Sample

    @staticmethod
    def of(pair: SystemPair, key: str, accepted: Sequence[Contributions]) -> MetricPair:
        """Take a metric's samples; ``accepted`` are the statistics of all accepted nights."""
        samples = samples_alike([*accepted, pair.second.contributions], key)
        rows = [pair.clips.rows[0]] * len(accepted) + [pair.clips.rows[1]]
        *nights, now = over_common(
            [sample.take(at) for sample, at in zip(samples, rows, strict=True)]
        )
        return MetricPair(pair.second.name, key, tuple(nights), now)

    @property
    def is_higher_better(self) -> bool:
        return METRICS[self.key].higher_is_better is True

    @property
    def before(self) -> Sample:
        """The accepted nights as one sample, whose value is the mean of theirs."""
        return mean_of(self.nights)

    @cached_property
    def before_value(self) -> float:
        """The mean of the accepted nights' values."""
        return sum(night.value for night in self.nights) / len(self.nights)

    @property
    def better_first(self) -> tuple[Sample, Sample]:
        """Both samples in an order that makes first less second the loss."""
        return (self.before, self.now) if self.is_higher_better else (self.now, self.before)

    @cached_property
    def loss(self) -> float:
        """How much worse the run is, in the metric's units; negative is better."""
        fall = self.before_value - self.now.value
        return fall if self.is_higher_better else -fall

    @property
    def is_of_nothing(self) -> bool:
        """Tell whether the baseline has none of what is measured: no share of it means much."""
        return abs(self.before_value) < NOTHING

    @property
    def drop(self) -> float:
        """The loss as a share of the baseline's value; infinite where that is nothing."""
        if self.is_of_nothing:
            return math.copysign(math.inf, self.loss) if abs(self.loss) >= NOTHING else 0.0
        return self.loss / abs(self.before_value)


def comparable_part(signature: Signature) -> Signature:
    """Reduce a signature to what two runs must share before a metric of theirs compares."""
    return signature.without(*_OWN)


def has_value(system: SystemRecord | None, key: str) -> bool:
    """Tell whether a system, if there is one, has a value of a metric."""
    return system is not None and system.value(key) is not None


def why_missing(system: SystemRecord, key: str) -> str | None:
    """Say why the run has no value of a metric; None where it has one."""
    cell = system.cell(key)
    if cell is None:
        return "not in the run"
    return None if cell.is_available else f"unavailable in the run: {cell.reason}"


def why_incomparable(pair: SystemPair, key: str) -> str | None:
    """Say why two values of a metric cannot be compared; None where they can."""
    unlike = pair.unlike_parts(key, but=_OWN)
    if not any(unlike):
        sides = {"the baseline": pair.first, "the run": pair.second}
        bare = [side for side, each in sides.items() if not each.contributions.has(key)]
        if bare and all(sides[side].contributions.keeps(key) for side in bare):
            return f"cannot be compared: {sides[bare[0]].why_not_resampled(key)}"
        if bare:
            return f"cannot be compared: no statistics of it in {' and '.join(bare)}"
        too_few = pair.why_too_few(key) if pair.n_clips > 1 else None
        return f"cannot be compared: {too_few}" if too_few else None
    gone, come = (", ".join(parts) or "nothing" for parts in unlike)
    return f"cannot be compared: made with {come} where the baseline has {gone}"
