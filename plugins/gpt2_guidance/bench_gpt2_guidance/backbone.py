"""The frozen GPT-2 and its tokenizer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from tokenizers import Tokenizer
from transformers import GPT2Model

from bench_gpt2_guidance.guidance_options import MINI_BACKBONE, GuidanceSettings
from benchmark import UNKNOWN, MissingWeightsError, UsageError
from benchmark.models import (
    choose_model,
    load_pretrained,
    load_tokenizer,
    plain_tokenizer,
    require_files,
)

STANDARD = "gpt2"
END = "<|endoftext|>"
_KIND = "gpt2"
_TRAINED_ON = dict.fromkeys(("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"), ("webtext",))


@dataclass(frozen=True, slots=True)
class Backbone:
    """A language model of GPT-2's form without its output layer.

    Attributes:
        name: of the model.
        fingerprint: all that its states depend on.
        model: on the CPU.
        tokenizer: neither pads nor cuts.
        end: the token ``<|endoftext|>``.
        trained_on: what its weights have seen, besides the training split.
    """

    name: str
    fingerprint: str
    model: GPT2Model
    tokenizer: Tokenizer
    end: int
    trained_on: tuple[str, ...]

    def require_room(self, settings: GuidanceSettings) -> None:
        """Refuse texts that are longer than the model knows positions.

        Raises:
            UsageError: a limit is too high.
        """
        n_positions = self.model.config.n_positions
        longest = {
            "max_guidance_tokens": settings.max_guidance_tokens,
            "max_caption_tokens": settings.max_caption_tokens,  # the start is read, the end not
            "max_length": settings.max_length,
        }
        for name, n_tokens in longest.items():
            if n_tokens > n_positions:
                raise UsageError(
                    f"{name}={n_tokens} is more than the {n_positions} positions of the backbone "
                    f"{self.name}. Choose at most {n_positions}."
                )


def load_pretrained_backbone(settings: GuidanceSettings) -> Backbone | None:
    """Load what settings name, before anything is trained in vain; None for ``mini``.

    Raises:
        MissingWeightsError: it is not on this machine, damaged, or no GPT-2.
    """
    return None if settings.backbone == MINI_BACKBONE else load_backbone(settings.backbone)


def load_backbone(name: str) -> Backbone:
    """Load a pretrained GPT-2 of any size.

    Args:
        name: a folder as transformers saves it, or a model's name.

    Raises:
        MissingWeightsError: it is not on this machine, damaged, or no GPT-2.
    """
    chosen = choose_model(STANDARD, name)
    require_files(chosen.folder, "config.json", "tokenizer.json|merges.txt")
    tokenizer = plain_tokenizer(load_tokenizer(chosen.folder))
    config = json.loads((chosen.folder / "config.json").read_text(encoding="utf-8"))
    if config.get("model_type") != _KIND:
        raise MissingWeightsError(
            f"the model in {chosen.folder} is of type {config.get('model_type')!r}; expected "
            f"{_KIND!r}. Name a GPT-2."
        )
    model = load_pretrained(GPT2Model, chosen.folder).float()
    end, n_tokens = tokenizer.token_to_id(END), tokenizer.get_vocab_size()
    if end is None or n_tokens > model.config.vocab_size:
        raise MissingWeightsError(
            f"the tokenizer in {chosen.folder} has {n_tokens} tokens, {END} "
            f"{'not among them' if end is None else 'among them'}; expected it among at most "
            f"{model.config.vocab_size}, which the weights are made for. Fetch the files of one "
            "model again."
        )
    seen = _TRAINED_ON.get(chosen.name, (UNKNOWN,))
    text_sha256 = hashlib.sha256(tokenizer.to_str().encode()).hexdigest()
    return Backbone(
        chosen.name, f"{chosen.sha256} {text_sha256}", model, tokenizer, end, trained_on=seen
    )
