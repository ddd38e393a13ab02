"""What may be chosen about captioning by a prompt."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from bench_gpt2_guidance.guidance_options import (
    GUIDANCE_PAPER,
    GUIDANCE_PRESETS,
    MINI_BACKBONE,
    GuidanceSettings,
    spell_retrieval,
)
from bench_gpt2_guidance.triplet_options import FITTING, PRESET_MEANING
from benchmark.systems import Presets


@dataclass(frozen=True, slots=True)
class PromptSettings:
    """Options of the way that Koizumi et al. (arXiv 2012.07331, section 3.3) start from.

    The paper calls it the simplest one, says that it does not work well, and gives no settings:
    these are those of ``gpt2-guid``.

    Attributes:
        backbone: the frozen GPT-2, a name or a folder; ``mini``: a small one, trained before on
            the training captions.
        encoder: of sounds, patch by patch, for retrieval.
        retrieval: options of ``triplet-retrieval``, as ``"epochs=20,threshold=0.6"``.

    Prompt:
        k_guidance (captions): of training clips, that stand in it.
        guidance_shuffled: each clip is captioned with another clip's guidance.
        separator: stands between guidance captions.
        ending: what a guidance caption ends with; one that does already gets no second one.
        guidance_starts: the prompt begins with the start token.
        max_guidance_tokens (tokens): captions that make the prompt longer are left out, the last
            ones first; so are those that leave the backbone no room to write.

    Writing:
        beam_size (beams): 1 decodes greedily.
        length_penalty: of the beam search.
        max_length (tokens): of a caption, at most.
    """

    backbone: str = GUIDANCE_PAPER.backbone
    encoder: str = GUIDANCE_PAPER.encoder
    retrieval: str = GUIDANCE_PAPER.retrieval
    k_guidance: int = GUIDANCE_PAPER.k_guidance
    guidance_shuffled: bool = GUIDANCE_PAPER.guidance_shuffled
    separator: str = GUIDANCE_PAPER.separator
    ending: str = GUIDANCE_PAPER.ending
    guidance_starts: bool = GUIDANCE_PAPER.guidance_starts
    max_guidance_tokens: int = GUIDANCE_PAPER.max_guidance_tokens
    beam_size: int = GUIDANCE_PAPER.beam_size
    length_penalty: float = GUIDANCE_PAPER.length_penalty
    max_length: int = GUIDANCE_PAPER.max_length

    def __post_init__(self) -> None:
        """Refuse what cannot be meant: what ``GuidanceSettings`` refuses."""
        self._replacing(GUIDANCE_PAPER)

    def among(self, preset: str) -> GuidanceSettings:
        """Return them as settings of ``gpt2-guid``, the others as a preset has them."""
        return self._replacing(GUIDANCE_PRESETS[preset])

    def _replacing(self, settings: GuidanceSettings) -> GuidanceSettings:
        own: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(settings, **own)


PROMPT_PAPER = PromptSettings()
PROMPT_MINI = replace(PROMPT_PAPER, backbone=MINI_BACKBONE, encoder="mini")
PROMPT_PRESETS = Presets({"paper": PROMPT_PAPER, "mini": PROMPT_MINI}, FITTING)
PromptOptions = PROMPT_PRESETS.options_type(
    "PromptOptions", PRESET_MEANING, {"retrieval": spell_retrieval}
)
