"""Sentences that were encoded once and are compared in any pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.machine.progress import progress_bar
from benchmark.metrics.bertscore.states import StateEncoder
from benchmark.metrics.bertscore.tokens import TokenIds, TokenWeights
from benchmark.metrics.bertscore.workers import Workers

if TYPE_CHECKING:
    from torch import Tensor

Pair = tuple[TokenIds, TokenIds]
WeightsOf = Mapping[TokenIds, NDArray[np.float32]]
_TOKENS_PER_CHUNK = 16_384


class RememberedStates:
    """Keeps the states of sentences, 20 to 60 KB each, as long as they fit into memory."""

    def __init__(self, encoder: StateEncoder, memory_bytes: int) -> None:
        self._encoder = encoder
        self._most_tokens = memory_bytes // encoder.bytes_per_token
        self._known: dict[TokenIds, Tensor] = {}
        self._n_tokens = 0

    def match(
        self, pairs: Sequence[Pair], weights: TokenWeights, workers: Workers, label: str
    ) -> NDArray[np.float64]:
        """Compute precision and recall of some pairs: ``(2, n_pairs)``.

        Args:
            pairs: candidate and reference.
            weights: how tokens count.
            workers: threads.
            label: the progress bars'.
        """
        scores = np.zeros((2, len(pairs)))
        by_length = sorted(range(len(pairs)), key=lambda at: [len(ids) for ids in pairs[at]])
        for part in self._fitting_parts(pairs, by_length):
            sentences = {ids for at in part for ids in pairs[at]}
            self._remember(sentences, workers, label)
            run = partial(self._match_chunk, pairs, {ids: weights.of(ids) for ids in sentences})
            with progress_bar(f"{label}: matching", len(part)) as bar:
                for chunk, found in workers.map_in_order(run, _chunks(pairs, part)):
                    scores[:, chunk] = found
                    bar.advance(len(chunk))
        return scores

    def _fitting_parts(self, pairs: Sequence[Pair], order: Sequence[int]) -> Iterator[list[int]]:
        """Cut pairs into parts whose sentences fit into memory together; mostly there is one."""
        part: list[int] = []
        sentences: set[TokenIds] = set()
        n_tokens = 0
        for at in order:
            n_new = _count_tokens(set(pairs[at]) - sentences)
            if part and n_tokens + n_new > self._most_tokens:
                yield part
                part, sentences, n_tokens = [], set(), 0
                n_new = _count_tokens(set(pairs[at]))
            part.append(at)
            sentences.update(pairs[at])
            n_tokens += n_new
        if part:
            yield part

    def _remember(self, sentences: set[TokenIds], workers: Workers, label: str) -> None:
        new = sentences - self._known.keys()
        if self._n_tokens + _count_tokens(new) > self._most_tokens:
            self._known, self._n_tokens, new = {}, 0, sentences
        if not new:
            return
        in_order = sorted(new)
        for rows, states in self._encoder.encode(in_order, workers, label):
            self._known.update(zip((in_order[row] for row in rows), states, strict=True))
        self._n_tokens += _count_tokens(new)

    def _match_chunk(
        self, pairs: Sequence[Pair], weights_of: WeightsOf, chunk: list[int]
    ) -> tuple[list[int], NDArray[np.float32]]:
        import torch

        candidates, references = zip(*(pairs[at] for at in chunk), strict=True)
        with torch.inference_mode():
            ours, our_weights = self._pad(candidates, weights_of)
            theirs, their_weights = self._pad(references, weights_of)
            similarities = torch.bmm(ours, theirs.transpose(1, 2))
            precision = (similarities.amax(2) * our_weights).sum(1)
            recall = (similarities.amax(1) * their_weights).sum(1)
            return chunk, torch.stack((precision, recall)).cpu().numpy()

    def _pad(self, sentences: Sequence[TokenIds], weights_of: WeightsOf) -> tuple[Tensor, Tensor]:
        """Make all as long as the longest; the repeated last token changes no maximum."""
        import torch

        states = [self._known[ids] for ids in sentences]
        lengths = np.array([len(sentence) for sentence in states])
        starts = np.cumsum(lengths) - lengths
        places = np.arange(lengths.max())
        grid = torch.from_numpy(starts[:, None] + np.minimum(places, lengths[:, None] - 1))
        packed = torch.cat(states)
        padded_weights = np.zeros(grid.shape, np.float32)
        for row, ids in zip(padded_weights, sentences, strict=True):
            row[: len(ids)] = weights_of[ids]
        padded = packed[grid.to(packed.device)]
        return padded.float(), torch.from_numpy(padded_weights).to(packed.device)


def _count_tokens(sentences: Iterable[TokenIds]) -> int:
    return sum(max(1, len(ids)) for ids in sentences)


def _chunks(pairs: Sequence[Pair], order: Sequence[int]) -> Iterator[list[int]]:
    """Cut pairs, sorted by length, into chunks of a bounded number of tokens."""
    chunk: list[int] = []
    longest = 0
    for at in order:
        longest_with = max([longest, *(len(ids) for ids in pairs[at])])
        if chunk and 2 * longest_with * (len(chunk) + 1) > _TOKENS_PER_CHUNK:
            yield chunk
            chunk, longest_with = [], max(len(ids) for ids in pairs[at])
        chunk.append(at)
        longest = longest_with
    if chunk:
        yield chunk
