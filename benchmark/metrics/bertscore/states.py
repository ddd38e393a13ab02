"""The hidden states of all tokens of some sentences, in memory or in a scratch file."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BufferedRandom
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.files import CACHE_CURE, writing
from benchmark.machine.places import cache_root
from benchmark.machine.progress import progress_bar
from benchmark.metrics.bertscore.tokens import BlockPlan, TokenIds, TokenWeights
from benchmark.metrics.bertscore.workers import Workers
from benchmark.models.text_encoder import TextEncoder, equal_length_batches

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_CPU_TOKENS_PER_BATCH = 2048
_GPU_TOKENS_PER_BATCH = 32_768


@dataclass(frozen=True, slots=True)
class StateEncoder:
    """A text model and how its states are kept.

    Attributes:
        text: the model up to the layer in question.
        width: of a state.
        device: torch's spelling.
        dtype: of the kept states.
    """

    text: TextEncoder
    width: int
    device: str
    dtype: torch.dtype

    @property
    def bytes_per_token(self) -> int:
        return int(self.width * self.dtype.itemsize)

    def encode(
        self, token_ids: Sequence[TokenIds], workers: Workers, label: str
    ) -> Iterator[tuple[list[int], Tensor]]:
        """Encode sentences in batches of one length, short ones first.

        Yields:
            The rows of a batch, and unit states ``(batch, n_tokens, width)`` on the device; a
            sentence without tokens has one, zero, whose similarity to every token is 0.
        """
        on_gpu = not self.device.startswith("cpu")
        size = _GPU_TOKENS_PER_BATCH if on_gpu else _CPU_TOKENS_PER_BATCH

        def run(rows: list[int]) -> tuple[list[int], Tensor]:
            return rows, self._run([token_ids[row] for row in rows])

        with progress_bar(label, len(token_ids)) as bar:
            for rows, states in workers.map_in_order(run, equal_length_batches(token_ids, size)):
                yield rows, states
                bar.advance(len(rows))

    def _run(self, token_ids: Sequence[TokenIds]) -> Tensor:
        import torch

        if not token_ids[0]:
            return torch.zeros(len(token_ids), 1, self.width, dtype=self.dtype, device=self.device)
        # Not hidden_states: it draws a bar for each call, and threads cannot share a terminal.
        ids = torch.tensor(token_ids, device=self.device)
        with torch.inference_mode():
            states: Tensor = self.text._model(input_ids=ids, attention_mask=torch.ones_like(ids))[0]
            states /= states.norm(dim=2, keepdim=True)
            return states.to(self.dtype)


@dataclass(frozen=True, slots=True)
class Block:
    """Sentences of like length, by place in the sentence first, so that maxima run along rows.

    Attributes:
        states: ``(n_places, n_sentences, width)``, unit rows.
        weights: ``(n_places, n_sentences)``, float32; a column sums to 1, or to 0.
    """

    states: Tensor
    weights: Tensor


class TokenStates:
    """Sentences' states in the order of a plan, read block by block."""

    def __init__(
        self,
        plan: BlockPlan,
        source: Tensor | BufferedRandom,
        weights: Tensor,
        encoder: StateEncoder,
    ) -> None:
        """Take what ``encode_states`` made; ``source`` and ``weights`` run over all tokens."""
        self.plan = plan
        self._source = source
        self._weights = weights
        self._encoder = encoder
        self._reading = threading.Lock()

    def block(self, index: int) -> Block:
        import torch

        first, last = (int(self.plan.starts[at]) for at in self.plan.positions(index))
        states, weights = self._read(first, last), self._weights[first:last]
        grid, is_own = (torch.from_numpy(part).to(states.device) for part in
                        self.plan.token_grid(index))  # fmt: skip
        by_place = states.index_select(0, grid.view(-1)).view(*grid.shape, -1)
        return Block(by_place, weights[grid] * is_own)

    def _read(self, first: int, last: int) -> Tensor:
        import torch

        if isinstance(self._source, torch.Tensor):
            return self._source[first:last]
        states = torch.empty(last - first, self._encoder.width, dtype=self._encoder.dtype)
        with self._reading:
            self._source.seek(first * self._encoder.bytes_per_token)
            self._source.readinto(_as_bytes(states))
        return states.to(self._encoder.device)


@contextmanager
def encode_states(
    encoder: StateEncoder,
    token_ids: Sequence[TokenIds],
    weights: TokenWeights,
    plan: BlockPlan,
    workers: Workers,
    memory_bytes: int,
    label: str,
) -> Iterator[TokenStates]:
    """Encode every sentence once.

    Args:
        encoder: the model.
        token_ids: the sentences of the plan.
        weights: how tokens count.
        plan: order and blocks.
        workers: threads.
        memory_bytes: what the states may take; more go to a file in the cache folder, which is
            gone with the block, however it ends.
        label: the progress bar's.

    Raises:
        MachineError: the scratch file cannot be written.
    """
    import torch

    in_order = [token_ids[row] for row in plan.order]
    flat = np.concatenate([weights.of(ids) if ids else np.zeros(1, np.float32) for ids in in_order])
    on_device = torch.from_numpy(flat).to(encoder.device)
    batches = encoder.encode(in_order, workers, label)
    if plan.n_tokens * encoder.bytes_per_token <= memory_bytes:
        size = (plan.n_tokens, encoder.width)
        states = torch.empty(size, dtype=encoder.dtype, device=encoder.device)
        for rows, batch in batches:
            first, last = plan.starts[rows[0]], plan.starts[rows[-1] + 1]
            states[first:last] = batch.view(-1, encoder.width)
        yield TokenStates(plan, states, on_device, encoder)
        return
    with _scratch_file() as file:
        for _, batch in batches:
            with _keeping_states():
                file.write(_as_bytes(batch.cpu().contiguous()))
        yield TokenStates(plan, file, on_device, encoder)


def _scratch_file() -> BufferedRandom:
    with _keeping_states():
        cache_root().mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=cache_root())


def _keeping_states() -> AbstractContextManager[None]:
    cure = f"{CACHE_CURE} Or allow more memory_mib."
    return writing(cache_root(), cure, kind="token states into a file under")


def _as_bytes(states: Tensor) -> memoryview[Any]:
    array: Any = states.numpy()
    return memoryview(array).cast("B")
