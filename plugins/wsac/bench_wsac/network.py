"""The decoder: a transformer of GPT-2's form that reads one embedding and writes a caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    GenerationConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LogitsProcessorList,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
)

from bench_wsac.options import Settings

IGNORED = -100
"""The target of padding: it has no loss."""


class PrefixDecoder(nn.Module):
    """p(w_n | w_1 .. w_n-1, f(z)): the embedding's mapping stands before the first token."""

    def __init__(self, dim: int, n_rows: int, end: int, settings: Settings) -> None:
        """Draw first weights from torch's generator.

        Args:
            dim: of an embedding.
            n_rows: of the vocabulary.
            end: the row that ends a caption.
            settings: form and ways of decoding.
        """
        super().__init__()
        width = settings.width
        self.mapping = _build_mapping(dim, settings)
        self.language_model = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=n_rows,
                n_embd=width,
                n_layer=settings.n_layers,
                n_head=settings.n_heads,
                n_positions=max(settings.max_tokens, settings.max_length) + 1,
                resid_pdrop=settings.dropout,
                embd_pdrop=settings.dropout,
                attn_pdrop=settings.dropout,
                bos_token_id=end,
                eos_token_id=end,
                pad_token_id=None,  # else it warns of padding where a caption has ended
            )
        )
        self._generation = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=settings.max_length,
            do_sample=False,
            num_beams=settings.beam_size,
            length_penalty=settings.length_penalty,
            eos_token_id=end,
            pad_token_id=end,
            use_cache=True,
        )
        self._processors = _build_processors(settings)

    def losses(self, embeddings: Tensor, targets: Tensor) -> Tensor:
        """Compute the cross entropy of each token that is no padding.

        Args:
            embeddings: ``(batch, dim)``.
            targets: ``(batch, n_tokens)``, padded at the end with ``IGNORED``.

        Returns:
            ``(n_targets,)``.
        """
        table = self.language_model.transformer.wte
        read = table(targets[:, :-1].clamp_min(0))
        inputs = torch.cat([self.mapping(embeddings)[:, None], read], dim=1)
        # Padding stands behind all that counts, and no token looks ahead: it needs no mask.
        states = self.language_model.transformer(inputs_embeds=inputs).last_hidden_state
        counts = targets != IGNORED
        logits = self.language_model.lm_head(states[counts])
        return nn.functional.cross_entropy(logits.float(), targets[counts], reduction="none")

    @torch.inference_mode()
    def write(self, prefixes: Tensor) -> list[list[int]]:
        """Decode, with a cache of keys and values.

        Args:
            prefixes: ``(batch, width)``, what the mapping returned.

        Returns:
            Rows of the vocabulary for each, the end and what follows it included.
        """
        model: Any = self.language_model
        seen = torch.ones(len(prefixes), 1, dtype=torch.long, device=prefixes.device)
        rows: list[list[int]] = model.generate(
            inputs_embeds=prefixes[:, None],
            attention_mask=seen,
            generation_config=self._generation,
            logits_processor=self._processors,
        ).tolist()
        return rows


def pad_targets(captions: Sequence[Any]) -> Tensor:
    """Lay captions of several lengths out as ``(batch, n_tokens)``."""
    rows = [torch.from_numpy(caption) for caption in captions]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=IGNORED)


def _build_processors(settings: Settings) -> LogitsProcessorList:
    # Not by the configuration, which warns at each batch that the prefix is no token.
    processors = LogitsProcessorList()
    if settings.repetition_penalty != 1:
        processors.append(RepetitionPenaltyLogitsProcessor(settings.repetition_penalty))
    if settings.no_repeat_ngram:
        processors.append(NoRepeatNGramLogitsProcessor(settings.no_repeat_ngram))
    return processors


def _build_mapping(dim: int, settings: Settings) -> nn.Module:
    width = settings.width
    if settings.mapping == "linear":
        return nn.Linear(dim, width)
    return nn.Sequential(nn.Linear(dim, width), nn.Tanh(), nn.Linear(width, width))
