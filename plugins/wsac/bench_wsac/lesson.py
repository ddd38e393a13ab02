"""What a decoder learns: captions from their own embeddings, noisy or shifted where it is asked."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bench_wsac.network import PrefixDecoder, pad_targets
from bench_wsac.options import Settings
from bench_wsac.vocabulary import Tokens, Vocabulary
from benchmark.encoders import Embeddings
from benchmark.models.training import hold_out, seeded

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bridge:
    """What is done to a caption's embedding before the decoder reads it in training.

    Attributes:
        noise_std: of normal noise, for each value.
        offset: ``(dim,)``, added; None: nothing.
        renormalised: whether the result has unit length again.
    """

    noise_std: float = 0.0
    offset: NDArray[np.float32] | None = None
    renormalised: bool = False

    def cross(self, embeddings: Tensor, *, is_noisy: bool) -> Tensor:
        """Return embeddings as the decoder reads them, drawing noise from torch's generator."""
        if is_noisy and self.noise_std > 0:
            embeddings = embeddings + self.noise_std * torch.randn_like(embeddings)
        if self.offset is not None:
            embeddings = embeddings + torch.from_numpy(self.offset).to(embeddings.device)
        return torch.nn.functional.normalize(embeddings, dim=1) if self._rescales else embeddings

    @property
    def key(self) -> str:
        """A hash of what it does: two that do nothing share it."""
        offset = b"" if self.offset is None else self.offset.tobytes()
        parts = f"{self.noise_std!r} {self._rescales} ".encode()
        return hashlib.sha256(parts + offset).hexdigest()

    @property
    def _rescales(self) -> bool:
        # Unit rows that nothing was added to stay as they are.
        return self.renormalised and (self.noise_std > 0 or self.offset is not None)


class Examples(NamedTuple):
    """Captions to read and to write.

    Attributes:
        captions: as people wrote them.
        embeddings: ``(n_captions, dim)``, an array or a memory map.
        targets: for each caption its rows of the vocabulary.
        clip_of: ``(n_captions,)``, ascending: whose caption it is.
    """

    captions: Sequence[str]
    embeddings: Embeddings
    targets: Sequence[Tokens]
    clip_of: Rows


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn.

    Attributes:
        examples: to learn from.
        validation: to choose the best epoch by; None: a share of the examples' clips is held out.
        vocabulary: of the targets.
        bridge: what is done to embeddings.
        settings: how to learn it.
        seed: the run's.
        device: torch's spelling.
    """

    examples: Examples
    validation: Examples | None
    vocabulary: Vocabulary
    bridge: Bridge
    settings: Settings
    seed: int
    device: str

    def divide(self) -> tuple[Rows, Rows]:
        """Split the examples into those to learn and those held out to choose the epoch by.

        None is held out where there is a validation split, or the last epoch is taken.
        """
        needs_some = self.settings.best_by != "last" and self.validation is None
        share = self.settings.validation_share if needs_some else 0.0
        return hold_out_clips(self.examples.clip_of, share, self.seed)

    def read(self, examples: Examples, rows: Rows, *, is_noisy: bool) -> Tensor:
        """Return ``(n_rows, dim)``: captions' embeddings as the decoder reads them."""
        embeddings = torch.from_numpy(np.array(examples.embeddings[rows])).to(self.device)
        return self.bridge.cross(embeddings, is_noisy=is_noisy)

    def losses(
        self, network: PrefixDecoder, examples: Examples, rows: Rows, *, is_noisy: bool
    ) -> Tensor:
        """Compute the losses of captions' tokens: ``(n_targets,)``."""
        targets = pad_targets([examples.targets[row] for row in rows]).to(self.device)
        return network.losses(self.read(examples, rows, is_noisy=is_noisy), targets)

    def new_network(self) -> PrefixDecoder:
        """Build the decoder with the first weights that follow from the seed."""
        dim, end = self.examples.embeddings.shape[1], self.vocabulary.end
        with seeded(self.device, self.seed, "first weights"):
            network = PrefixDecoder(dim, self.vocabulary.n_rows, end, self.settings)
        return network.to(self.device)


def hold_out_clips(clip_of: Rows, share: float, seed: int) -> tuple[Rows, Rows]:
    """Split captions into those to learn and those of held-out clips.

    Args:
        clip_of: ``(n_captions,)``: whose caption each is.
        share: of the clips; at least one clip is held out where the share is above 0, and at
            least one is kept.
        seed: the run's.

    Returns:
        Rows to learn, and rows held out, both ascending.
    """
    clips = np.unique(clip_of)
    n_out = min(len(clips) - 1, math.ceil(share * len(clips)))
    _, chosen = hold_out(len(clips), n_out, [seed, 4])
    is_out = np.isin(clip_of, clips[chosen])
    return np.flatnonzero(~is_out), np.flatnonzero(is_out)
