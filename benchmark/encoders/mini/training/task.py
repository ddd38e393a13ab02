"""The training task: tell each clip's caption from the others' of its batch, and the reverse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.optim.lr_scheduler import OneCycleLR

from benchmark.encoders.mini.network import MiniNetwork
from benchmark.encoders.mini.training.examples import Examples
from benchmark.encoders.mini.training.settings import MiniSettings
from benchmark.models.training import seeded

_WARM_UP = 0.1  # of all steps


class MiniTask:
    """Contrastive learning (Radford et al. 2021) on rendered clips; see ``training.Task``."""

    def __init__(self, examples: Examples, tokenizer: Tokenizer, settings: MiniSettings) -> None:
        """Draw first weights and tokenise all captions."""
        self._log_mel = examples.log_mel
        self._pieces = _tokenise(tokenizer, examples.captions)
        self._wrong_pieces = _tokenise(tokenizer, examples.reversed_captions)
        self._settings = settings
        with seeded("cpu", settings.seed, "first weights"):
            self.network = MiniNetwork(tokenizer.get_vocab_size(), settings.temperature)
        towers = [*self.network.audio.parameters(), *self.network.text.parameters()]
        groups: list[dict[str, object]] = [
            {"params": towers},
            {"params": [self.network.log_scale], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(
            groups,
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        self.scheduler = OneCycleLR(
            self.optimizer,
            settings.learning_rate,
            total_steps=settings.epochs * len(self.batches(0)),
            pct_start=_WARM_UP,
        )

    def batches(self, epoch: int) -> Sequence[NDArray[np.intp]]:
        """Shuffle the clips; what does not fill a last batch sits this epoch out."""
        size = self._settings.batch_size
        order = np.random.default_rng([self._settings.seed, epoch]).permutation(len(self._pieces))
        n_batches = len(order) // size
        return np.split(order[: n_batches * size], n_batches)

    def losses(self, batch: NDArray[np.intp]) -> Tensor:
        """Compute a loss for each clip of the batch, with one of its captions.

        Two clips of the same sounds in another order seldom meet in a batch; captions with the
        order reversed stand in for them.
        """
        log_mel = torch.from_numpy(self._log_mel[batch].astype(np.float32))
        choices = torch.randint(self._settings.n_captions, (len(batch),)).tolist()
        chosen = list(zip(batch, choices, strict=True))
        captions = [self._pieces[row][choice] for row, choice in chosen]
        wrong = [self._wrong_pieces[row][k] for row, k in chosen if self._wrong_pieces[row]]
        return self.network.losses(log_mel, captions, wrong)

    def validate(self) -> None:
        """Hold nothing out: the schedule ends where it is to end."""


def _tokenise(tokenizer: Tokenizer, captions: Sequence[Sequence[str]]) -> list[list[Tensor]]:
    return [
        [torch.tensor(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]
        for texts in captions
    ]
