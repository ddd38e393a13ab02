"""Guidance captions as one text, and as tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from bench_gpt2_guidance.guidance_options import GuidanceSettings


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns captions into the backbone's tokens, and back.

    Attributes:
        tokenizer: neither pads nor cuts.
        end: the token ``<|endoftext|>``, which starts and ends.
        settings: how guidance is spelled, and the limits.
    """

    tokenizer: Tokenizer
    end: int
    settings: GuidanceSettings

    def spell(self, captions: Sequence[str]) -> str:
        """Join guidance captions: ``"a dog barks. rain falls."``."""
        ending = self.settings.ending
        stripped = (caption.strip() for caption in captions)
        return self.settings.separator.join(
            text if text.endswith(ending) else text + ending for text in stripped
        )

    def encode_guidance(self, guidance: Sequence[Sequence[str]]) -> tuple[list[list[int]], int]:
        """Encode the guidance captions of some clips.

        Returns:
            At most ``max_guidance_tokens`` tokens for each, and how many were cut to it.
        """
        start = [self.end] if self.settings.guidance_starts else []
        texts = [self.spell(captions) for captions in guidance]
        return self._encode(texts, start, [], self.settings.max_guidance_tokens)

    def encode_captions(self, captions: Sequence[str]) -> tuple[list[list[int]], int]:
        """Encode captions that are to be written, each with the end.

        Returns:
            At most ``max_caption_tokens`` tokens for each, and how many were cut to it; those
            have no end.
        """
        texts = [caption.strip() for caption in captions]
        return self._encode(texts, [], [self.end], self.settings.max_caption_tokens)

    def decode(self, tokens: Sequence[int]) -> str:
        """Turn tokens into a caption, up to the first end."""
        before_end = list(tokens)
        if self.end in before_end:
            before_end = before_end[: before_end.index(self.end)]
        text: str = self.tokenizer.decode(before_end, skip_special_tokens=True)
        return text.strip()

    def _encode(
        self, texts: list[str], start: list[int], end: list[int], limit: int
    ) -> tuple[list[list[int]], int]:
        encoded = self.tokenizer.encode_batch(texts, add_special_tokens=False)
        rows = [[*start, *encoding.ids, *end] for encoding in encoded]
        return [row[:limit] for row in rows], sum(len(row) > limit for row in rows)


def hash_captions(captions: Sequence[Sequence[str]]) -> str:
    """Hash the captions of some clips."""
    digest = hashlib.sha256()
    for texts in captions:
        digest.update("\0".join([*texts, "\0"]).encode())
    return digest.hexdigest()
