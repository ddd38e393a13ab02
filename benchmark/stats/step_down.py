"""Asks chance for the largest of many differences, then for the largest of the rest, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.deciding import smallest_p
from benchmark.stats.pair_scales import PairScales
from benchmark.stats.row_swaps import RowSwaps
from benchmark.stats.samples import Array, Rows

_ROUNDING = 1e-9  # 1 - level is not exact
_STEPS_AT_ONCE = 8


def step_down(
    swaps: RowSwaps, scales: PairScales, level: float, n_draws: int
) -> tuple[Array, float]:
    """Adjust the p-values of all pairs by step-down max-T (Westfall and Young 1993, alg. 4.1).

    A difference waits for the largest of those that are no larger. Where it is not called so,
    it waits for fewer: if its two rows are equal, then a third that differs from one, by what was
    called before, differs from the other too, and need not be waited for (Shaffer 1986; Westfall
    and Tobias 2007). That needs all pairs to be of the same clips, and is left out else.

    Returns:
        ``(n_pairs,)`` adjusted p-values, and what the largest of all exceeds by chance in
        ``1 - level`` of the draws, as ``PairScales.measure`` gives it.
    """
    draws = _Draws.of(swaps, scales, n_draws)
    together, alone, largest = draws.count()
    n_beyond = int((1 - level) * (n_draws + 1) * (1 + _ROUNDING))
    if not swaps.apart:
        together = draws.count_fewer(together, alone, n_beyond)
    adjusted = np.empty(len(together))
    adjusted[draws.order] = np.maximum.accumulate((together + 1) / (n_draws + 1))
    least = np.array([smallest_p(int(n_units)) for n_units in scales.n_unlike])
    maxima = np.sort(largest)[::-1]
    return np.maximum(adjusted, least), float(maxima[n_beyond - 1]) if len(maxima) else np.nan


@dataclass(frozen=True, slots=True)
class _Draws:
    """The draws of all pairs, from the largest difference to the smallest: step by step."""

    swaps: RowSwaps
    scales: PairScales
    n_draws: int
    order: Rows
    observed: Array

    @staticmethod
    def of(swaps: RowSwaps, scales: PairScales, n_draws: int) -> _Draws:
        observed = scales.measure(np.abs(scales.differences)[:, np.newaxis])[:, 0]
        observed[np.isnan(observed)] = 0.0
        order = np.argsort(-observed, kind="stable")
        return _Draws(swaps, scales, n_draws, order, observed[order])

    def count(self) -> tuple[Rows, Rows, Array]:
        """Count the draws that go as far as each step: of it and all later ones, of it alone.

        Returns:
            Both counts, and the largest of each draw.
        """
        together, alone = np.zeros((2, len(self.order)), dtype=np.int64)
        largest = []
        for sizes in self._blocks():
            upwards = np.maximum.accumulate(sizes[::-1], axis=0)[::-1]
            together += np.count_nonzero(upwards >= self.observed[:, np.newaxis], axis=1)
            alone += np.count_nonzero(sizes >= self.observed[:, np.newaxis], axis=1)
            largest.append(upwards[:1].ravel())
        return together, alone, np.concatenate(largest)

    def count_fewer(self, together: Rows, alone: Rows, n_beyond: int) -> Rows:
        """Count again, from the first step that is not called on, until one is not called at all.

        A few steps go through the draws at once; behind one that is not called none is.
        """
        counts = together.copy()
        is_open = together >= n_beyond
        steps = np.flatnonzero(is_open)
        is_hopeless = alone[steps] >= n_beyond
        n_possible = int(np.argmax(is_hopeless)) if is_hopeless.any() else len(steps)
        for start in range(0, n_possible, _STEPS_AT_ONCE):
            batch = steps[start : min(start + _STEPS_AT_ONCE, n_possible)]
            for step, n_as_far in zip(batch, self._count_linked(batch), strict=True):
                if n_as_far >= n_beyond:
                    return counts
                counts[step] = n_as_far
        return counts

    def _count_linked(self, steps: Rows) -> NDArray[np.int64]:
        """Count the draws in which some pair that a step waits for goes as far as it."""
        waits = [self._waits_for(int(step)) for step in steps]
        counts = np.zeros(len(steps), dtype=np.int64)
        for sizes in self._blocks():
            for at, (step, pairs) in enumerate(zip(steps, waits, strict=True)):
                counts[at] += np.count_nonzero(sizes[pairs].max(axis=0) >= self.observed[step])
        return counts

    def _waits_for(self, step: int) -> Rows:
        """List the steps whose rows can be equal if a step's are and all before it differ."""
        firsts, seconds = (rows[self.order] for rows in self.swaps.pairs)
        n_rows = len(self.swaps.rows)
        differs = np.zeros((n_rows, n_rows), dtype=bool)
        differs[firsts[:step], seconds[:step]] = differs[seconds[:step], firsts[:step]] = True
        pair = [firsts[step], seconds[step]]
        is_third = np.asarray(differs[pair].any(axis=0))
        is_out = np.isin(firsts, pair) & is_third[seconds]
        is_out |= np.isin(seconds, pair) & is_third[firsts]
        is_out[:step] = True
        return np.flatnonzero(~is_out)

    def _blocks(self) -> Iterator[Array]:
        """Measure all pairs after swaps, and what seeds may add: ``(n_steps, n_of_block)``."""
        firsts, seconds = self.swaps.pairs
        start, scales = 0, self.scales
        for block in self.swaps.swapped(self.n_draws):
            if scales.effects is not None:
                drawn = scales.effects.draws[:, start : start + block.shape[1]]
                block += drawn[firsts] - drawn[seconds]
            start += block.shape[1]
            sizes = scales.measure(np.abs(block) + scales.rounding[:, np.newaxis])
            yield np.nan_to_num(sizes)[self.order]
