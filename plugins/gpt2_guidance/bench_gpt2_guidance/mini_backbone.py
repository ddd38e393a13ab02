"""The backbone ``mini``: a small GPT-2 that first learns the training captions' language.

It reads them as module 2 will show them: alone, and several joined as guidance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.optim import AdamW
from transformers import GPT2Config, GPT2LMHeadModel

from bench_gpt2_guidance.backbone import Backbone
from bench_gpt2_guidance.batches import Batch, shuffled_batches
from bench_gpt2_guidance.guidance_options import MINI_BACKBONE, GuidanceSettings
from bench_gpt2_guidance.guidance_text import Writer, hash_captions
from bench_gpt2_guidance.mini_tokenizer import END_TOKEN, TOKENIZER, build_tokenizer
from bench_gpt2_guidance.triplets import Rows, hold_out_share
from benchmark import Fact, Resources
from benchmark.models.training import TrainingPlan, load_trained, seeded, train_once

CODE_VERSION = 2
"""Raise it with any change that changes weights."""

_PADDING = -100


@dataclass(frozen=True, slots=True)
class MiniForm:
    """Size and training of the model, which nobody but a test changes."""

    n_pieces: int = 1500
    n_layers: int = 2
    n_heads: int = 4
    width: int = 128
    dropout: float = 0.1
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    epochs: int = 10
    patience: int = 2
    batch_size: int = 32


MINI_FORM = MiniForm()


@dataclass(frozen=True, slots=True)
class LanguageLesson:
    """What there is to learn.

    Attributes:
        captions: those of each clip.
        writer: with the tokenizer.
        form: of the model.
        seed: the run's.
        device: torch's spelling.
        validation: those of each clip of a validation split; None: clips are held out.
    """

    captions: Sequence[Sequence[str]]
    writer: Writer
    form: MiniForm
    seed: int
    device: str
    validation: Sequence[Sequence[str]] | None = None

    def new_network(self) -> GPT2LMHeadModel:
        """Build the model with the first weights that follow from the seed."""
        form, settings, end = self.form, self.writer.settings, self.writer.end
        config = GPT2Config(
            vocab_size=self.writer.tokenizer.get_vocab_size(),
            n_positions=max(
                settings.max_guidance_tokens, settings.max_caption_tokens, settings.max_length
            )
            + 1,
            n_embd=form.width,
            n_layer=form.n_layers,
            n_head=form.n_heads,
            activation_function="gelu_pytorch_tanh",  # GPT-2's function, in one pass
            resid_pdrop=form.dropout,
            embd_pdrop=form.dropout,
            attn_pdrop=form.dropout,
            bos_token_id=end,
            eos_token_id=end,
        )
        with seeded(self.device, self.seed, "first weights"):
            network = GPT2LMHeadModel(config)
        nn.Module.to(network, self.device)
        return network

    def key(self, tokenizer: Path) -> dict[str, Fact]:
        """Name all that the weights depend on."""
        settings = self.writer.settings
        spelling = ("separator", "ending", "guidance_starts", "k_guidance", "validation_share")
        limits = ("max_guidance_tokens", "max_caption_tokens", "max_length")
        chosen_by: dict[str, Fact] = {}
        if self.validation is not None:
            chosen_by = {
                "validation_share": None,  # nothing is held out
                "validation": hash_captions(self.validation),
            }
        return {
            **asdict(self.form),
            **{name: getattr(settings, name) for name in (*spelling, *limits)},
            **chosen_by,
            "code": CODE_VERSION,
            "tokenizer": tokenizer.name,
            "captions": hash_captions(self.captions),
            "seed": self.seed,
            "device": self.device.split(":")[0],
        }


@dataclass(slots=True)
class LanguageTask:
    """A lesson under way; see ``benchmark.models.training.Task``."""

    lesson: LanguageLesson
    network: GPT2LMHeadModel = field(init=False)
    optimizer: AdamW = field(init=False)
    scheduler: None = field(init=False, default=None)
    _texts: Sequence[str] = field(init=False)
    _rows: Rows = field(init=False)
    _held_out: Rows = field(init=False)

    def __post_init__(self) -> None:
        """Choose epochs by the clips that module 2 does, and draw first weights."""
        lesson, n_clips = self.lesson, len(self.lesson.captions)
        captions = [*lesson.captions, *(lesson.validation or ())]
        self._texts = [text for of_clip in captions for text in of_clip]
        clips = np.repeat(np.arange(len(captions)), [len(texts) for texts in captions])
        held_out: Rows = np.arange(n_clips, len(captions))
        if lesson.validation is None:
            share = lesson.writer.settings.validation_share
            _, held_out = hold_out_share(n_clips, share, lesson.seed)
        is_out = np.isin(clips, held_out)
        self._rows, self._held_out = np.flatnonzero(~is_out), np.flatnonzero(is_out)
        self.network = lesson.new_network()
        self.optimizer = AdamW(
            self.network.parameters(),
            lr=lesson.form.learning_rate,
            weight_decay=lesson.form.weight_decay,
        )

    def batches(self, epoch: int) -> Sequence[Batch]:
        """Shuffle the captions into batches: half of each batch alone, the others joined."""
        return self._cut(self._rows, epoch)

    def losses(self, batch: Batch) -> Tensor:
        """Compute the losses of a batch's tokens."""
        return self._losses(batch.rows)

    def validate(self) -> float | None:
        """Return the mean loss of the held-out captions' tokens, joined the same each time."""
        if not len(self._held_out):
            return None
        parts = [self._losses(batch.rows) for batch in self._cut(self._held_out, epoch=0)]
        return torch.cat(parts).double().mean().item()

    def _cut(self, rows: Rows, epoch: int) -> list[Batch]:
        return shuffled_batches(rows, self.lesson.form.batch_size, self.lesson.seed, epoch)

    def _losses(self, rows: Rows) -> Tensor:
        writer, k = self.lesson.writer, self.lesson.writer.settings.k_guidance
        texts = [self._texts[row] for row in rows]
        alone, rest = texts[: len(texts) // 2], texts[len(texts) // 2 :]
        joined = [rest[start : start + k] for start in range(0, len(rest), k)]
        single = [[writer.end, *tokens] for tokens in writer.encode_captions(alone)[0]]
        # Apart, for lone captions would be padded to several times their length.
        parts = [self._token_losses(read) for read in (single, writer.encode_guidance(joined)[0])]
        return torch.cat(parts)

    def _token_losses(self, read: Sequence[Sequence[int]]) -> Tensor:
        """Compute the losses of all tokens of some texts but their first."""
        if not read:
            return torch.empty(0, device=self.network.device)
        ids = nn.utils.rnn.pad_sequence(
            [torch.tensor(tokens) for tokens in read], batch_first=True, padding_value=_PADDING
        ).to(self.network.device)
        # Padding stands behind all that counts, and no token looks ahead: it needs no mask.
        states = self.network.transformer(ids[:, :-1].clamp_min(0), use_cache=False)
        counts = ids[:, 1:] != _PADDING
        logits = self.network.lm_head(states.last_hidden_state[counts])
        return nn.functional.cross_entropy(logits.float(), ids[:, 1:][counts], reduction="none")


def train_mini_backbone(
    captions: Sequence[Sequence[str]],
    settings: GuidanceSettings,
    resources: Resources,
    form: MiniForm = MINI_FORM,
    *,
    validation: Sequence[Sequence[str]] | None = None,
) -> Backbone:
    """Train the model, unless that was done before.

    Args:
        captions: those of each training clip.
        settings: how captions will be shown to it.
        resources: seed, device, and where it is kept.
        form: of the model.
        validation: captions of each clip of a validation split; None: a share is held out.

    Raises:
        DataError: no caption has two tokens.
        UsageError: the training did not stay finite.
        MachineError: the cache cannot be written.
    """
    texts = [text for of_clip in captions for text in of_clip]
    folder = build_tokenizer(texts, form.n_pieces, resources.artifacts)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    writer = Writer(tokenizer, END_TOKEN, settings)
    lesson = LanguageLesson(captions, writer, form, resources.seed, resources.device, validation)
    plan = TrainingPlan(
        "mini GPT-2", form.epochs, resources.seed, patience=form.patience, clip_norm=1.0
    )
    trained = train_once(
        "gpt2-mini", lesson.key(folder), resources.artifacts, partial(LanguageTask, lesson), plan
    )
    network = lesson.new_network()
    load_trained(network, trained)
    return Backbone(MINI_BACKBONE, trained.name, network.transformer, tokenizer, END_TOKEN, ())
