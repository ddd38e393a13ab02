"""A frozen GPT-2 goes on with a prompt, and stops at the end of its first sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import GenerationConfig, GPT2LMHeadModel

from bench_gpt2_guidance.backbone import Backbone
from bench_gpt2_guidance.guidance_options import GuidanceSettings
from bench_gpt2_guidance.guidance_text import Writer
from benchmark import UsageError

_SENTENCE_ENDS = frozenset(".!?Ċ")  # the last one is how GPT-2's vocabulary spells a line's end


class Prompt(NamedTuple):
    """What is gone on with.

    Attributes:
        text: the guidance captions, joined.
        tokens: the same, as the backbone reads it.
        n_left_out: guidance captions that had no room.
    """

    text: str
    tokens: list[int]
    n_left_out: int


class Continuation:
    """The backbone with GPT-2's own output layer, which is its table of tokens."""

    def __init__(self, backbone: Backbone, settings: GuidanceSettings, device: str) -> None:
        """Put the parts together; nothing is trained.

        Raises:
            UsageError: the backbone has no room for a prompt and ``max_length`` tokens.
        """
        n_positions = backbone.model.config.n_positions
        n_room = min(settings.max_guidance_tokens, n_positions - settings.max_length)
        if n_room < 2:
            raise UsageError(
                f"max_length={settings.max_length} leaves no room for a prompt in the "
                f"{n_positions} positions of the backbone {backbone.name}. Choose at most "
                f"{n_positions - 2}."
            )
        fitting = replace(settings, max_guidance_tokens=n_room)
        self._writer = Writer(backbone.tokenizer, backbone.end, fitting)
        self._stops = find_stops(backbone)
        self._network = GPT2LMHeadModel(backbone.model.config)
        self._network.transformer = backbone.model
        self._network.lm_head.weight = backbone.model.wte.weight
        torch.nn.Module.to(self._network.requires_grad_(False).train(False), device)
        self._network.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=settings.max_length,
            min_new_tokens=1,  # what ends at once says nothing
            do_sample=False,
            num_beams=settings.beam_size,
            length_penalty=settings.length_penalty,
            bos_token_id=backbone.end,
            eos_token_id=sorted(self._stops),
            pad_token_id=backbone.end,
            use_cache=True,
        )

    @property
    def n_parameters(self) -> int:
        """All of them are frozen."""
        return sum(value.numel() for value in self._network.parameters())

    def prompt(self, guidance: Sequence[str]) -> Prompt:
        """Join guidance captions, as many of the first ones as there is room for.

        A first caption that alone is too long is cut.

        Args:
            guidance: the best first, at least one.
        """
        kept = list(guidance)
        (tokens,), n_cut = self._writer.encode_guidance([kept])
        while n_cut and len(kept) > 1:
            kept.pop()
            (tokens,), n_cut = self._writer.encode_guidance([kept])
        return Prompt(self._writer.spell(kept), tokens, len(guidance) - len(kept))

    @torch.inference_mode()
    def write(self, prompt: Prompt) -> str:
        """Go on with one prompt: its caption depends on no other's length."""
        read = torch.tensor([prompt.tokens], device=self._network.device)
        untyped: Any = self._network
        written: Tensor = untyped.generate(input_ids=read, attention_mask=torch.ones_like(read))
        tokens = written[0, read.shape[1] :].tolist()
        ends = [at for at, token in enumerate(tokens) if token in self._stops]
        return self._writer.decode(tokens[: ends[0]] if ends else tokens)


def find_stops(backbone: Backbone) -> frozenset[int]:
    """List the tokens that end a sentence: the end of text, and any with . ! ? or a line's end."""
    vocabulary: dict[str, int] = backbone.tokenizer.get_vocab()
    ending = (token for text, token in vocabulary.items() if _SENTENCE_ENDS.intersection(text))
    return frozenset((backbone.end, *ending))
