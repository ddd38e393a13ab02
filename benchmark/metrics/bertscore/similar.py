"""Pairs of sentences above a threshold that may be known only when all pairs are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmark.errors import UsageError
from benchmark.metrics.bertscore.pace import pair_progress
from benchmark.metrics.bertscore.pairs import Matcher, f1_strips
from benchmark.metrics.bertscore.shards import PairBlock, Shard, ShardFolder
from benchmark.metrics.bertscore.states import TokenStates
from benchmark.metrics.bertscore.workers import Workers

BLOCKS_PER_SHARD = 8
_N_SAMPLE_BLOCKS = 16


@dataclass(frozen=True, slots=True)
class Threshold:
    """The F1 above which two sentences are similar.

    Attributes:
        value: an F1, or a share of the way from the lowest F1 of all pairs (0) to the F1 of a
            sentence with itself (1), as Koizumi et al. (2020, section 3.2) normalise.
        normalised: whether it is that share.
    """

    value: float
    normalised: bool

    def __post_init__(self) -> None:
        if self.normalised and not 0 <= self.value <= 1:
            raise UsageError(
                f"a normalised threshold lies in [0, 1]; found {self.value}. Choose another, or "
                "say normalised=False for a plain F1."
            )

    def f1(self, minimum: float) -> float:
        """Return the plain F1, given the lowest one; it never falls when that rises."""
        return minimum + self.value * (1 - minimum) if self.normalised else self.value


class AllPairs:
    """All pairs of different sentences, block by block."""

    def __init__(self, states: TokenStates, matcher: Matcher, workers: Workers) -> None:
        self._states = states
        self._matcher = matcher
        self._workers = workers
        self.plan = states.plan
        n_sentences = len(self.plan.order)
        self.n_pairs = n_sentences * (n_sentences - 1) // 2
        self.n_shards = -(-self.plan.n_blocks // BLOCKS_PER_SHARD)

    def shard(self, index: int) -> Iterator[PairBlock]:
        """Compare a shard's row blocks with themselves and with all blocks after them."""
        first = index * BLOCKS_PER_SHARD
        group = range(first, min(first + BLOCKS_PER_SHARD, self.plan.n_blocks))
        blocks = range(first, self.plan.n_blocks)
        top = self.plan.positions(first)[0]
        strips = f1_strips(
            self._states, group, self._states, blocks, self._matcher, self._workers, upper=True
        )
        for block, on_device in strips:
            f1 = on_device.cpu().numpy()
            left = self.plan.positions(block)[0]
            rows = self.plan.order[top : top + len(f1)]
            if left < top + len(f1):
                f1[np.tril_indices(len(f1), top - left, f1.shape[1])] = np.nan
                n_pairs = int(np.count_nonzero(~np.isnan(f1)))
            else:
                n_pairs = f1.size
            yield PairBlock(rows, self.plan.sentences(block), f1, n_pairs)

    def guess_minimum(self) -> float:
        """Guess a bound below every F1 from a sample of blocks; no F1 is negative."""
        rng = np.random.default_rng(0)
        n_drawn = min(_N_SAMPLE_BLOCKS, self.plan.n_blocks)
        rows, columns = (
            sorted(rng.choice(self.plan.n_blocks, n_drawn, replace=False).tolist())
            for _ in range(2)
        )
        strips = f1_strips(self._states, rows, self._states, columns, self._matcher, self._workers)
        lowest, means = zip(*((float(f1.min()), float(f1.mean())) for _, f1 in strips), strict=True)
        return max(0.0, float(min(lowest) - (np.mean(means) - min(lowest)) / 2))


def find_similar(
    pairs: AllPairs, folder: ShardFolder, threshold: Threshold, guessed_minimum: float
) -> tuple[list[Shard], float]:
    """Compare all pairs and keep at least those above the threshold.

    The minimum is only known at the end. Until then pairs are kept above a floor that follows
    from a guess and from the lowest F1 so far; a shard whose floor turns out to have been too
    high is computed again.

    Args:
        pairs: the pairs.
        folder: finished shards in it are taken as they are.
        threshold: which pairs to keep.
        guessed_minimum: a poor guess costs time, never a pair.

    Returns:
        All shards, and the threshold as a plain F1.
    """
    done = folder.finished()
    with pair_progress("BERTScore: all pairs", pairs.n_pairs) as bar:

        def compute(index: int, floor: float) -> None:
            def watched() -> Iterator[PairBlock]:
                for block in pairs.shard(index):
                    yield block
                    bar.advance(block.n_pairs)

            done[index] = folder.write(index, floor, watched())

        bar.advance(sum(shard.n_pairs for shard in done.values()))
        for index in range(pairs.n_shards):
            if index not in done:
                lowest = min([guessed_minimum, *(shard.minimum for shard in done.values())])
                compute(index, threshold.f1(lowest))
        exact = threshold.f1(min(shard.minimum for shard in done.values()))
        for shard in list(done.values()):
            if shard.floor > exact:
                bar.advance(-shard.n_pairs)
                compute(shard.index, exact)
    return [done[index] for index in range(pairs.n_shards)], exact
