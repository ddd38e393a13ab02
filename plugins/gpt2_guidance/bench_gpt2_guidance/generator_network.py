"""Module 2: a frozen GPT-2 whose states attend to guidance captions and to a sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import GenerationConfig, GenerationMixin, GPT2Model
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.models.gpt2.modeling_gpt2 import GPT2PreTrainedModel

from bench_gpt2_guidance.cross_attention import Attended, CrossAttention, draw_linear
from bench_gpt2_guidance.guidance_options import GuidanceSettings

_LENGTHS = 4
"""Groups of rows of similar lengths in a batch."""

Tokens = Sequence[int]
Patches = NDArray[np.float32]
Conditions = dict[str, Tensor]
"""What a caption is written from: keys, values and mask of the guidance and of the sound."""


class AudioBranch(nn.Module):
    """``Y = up(attention(narrow(states), narrow(patches)))`` (Koizumi et al. 2020, eq. 12)."""

    def __init__(self, width: int, patch_width: int, settings: GuidanceSettings) -> None:
        """Draw first weights.

        Args:
            width: of the backbone's states.
            patch_width: of a patch; VGGish's is 128.
            settings: the branch's form.
        """
        super().__init__()
        narrow, std = settings.audio_width, settings.initial_std
        self.narrow_states = draw_linear(width, narrow, std)
        self.narrow_patches = draw_linear(patch_width, narrow, std)
        self.attention = CrossAttention(narrow, settings.n_audio_heads, settings.dropout, std)
        self.norm = nn.LayerNorm(narrow) if settings.sublayers == "residual" else None
        self.up = draw_linear(narrow, width, std)

    def attend_to(self, patches: Tensor, mask: Tensor) -> Attended:
        """Project patches ``(batch, n_patches, patch_width)``; the mask is False at padding."""
        return self.attention.attend_to(self.narrow_patches(patches), mask)

    def forward(self, states: Tensor, attended: Attended) -> Tensor:
        """Turn states ``(batch, n_tokens, width)`` into what the sound adds to them."""
        queries = self.narrow_states(states)
        result: Tensor = self.up(_sublayer(queries, self.attention(queries, attended), self.norm))
        return result


class ReadGuidance(NamedTuple):
    """Guidance as the frozen backbone reads it.

    Attributes:
        states: ``(batch, n_tokens, width)``.
        mask: ``(batch, n_tokens)``, False at padding.
    """

    states: Tensor
    mask: Tensor

    @property
    def n_bytes(self) -> int:
        return self.states.nbytes + self.mask.nbytes


class Generator(GPT2PreTrainedModel, GenerationMixin):
    """p(w_n | w_1 .. w_n-1, guidance, sound) (Koizumi et al. 2020, eq. 11 to 13)."""

    def __init__(
        self,
        backbone: GPT2Model,
        end: int,
        patch_width: int | None,
        settings: GuidanceSettings,
    ) -> None:
        """Freeze the backbone and draw the first weights of the rest from torch's generator.

        Args:
            backbone: in evaluation mode it stays.
            end: the token that starts and ends a caption.
            patch_width: of the sounds; None: there is no audio branch.
            settings: form and ways of decoding.

        Raises:
            UsageError: heads do not divide a width.
        """
        super().__init__(backbone.config)
        width, std = backbone.config.n_embd, settings.initial_std
        self.backbone = backbone.requires_grad_(False)
        self.guidance = CrossAttention(width, settings.n_heads, settings.dropout, std)
        self.norm = nn.LayerNorm(width) if settings.sublayers == "residual" else None
        self.audio = None if patch_width is None else AudioBranch(width, patch_width, settings)
        # Not tied to the backbone's table of tokens, which stays as it is.
        self.head = nn.Linear(width, backbone.config.vocab_size, bias=False)
        if settings.head_start == "gpt2":
            self.head.weight = nn.Parameter(backbone.wte.weight.detach().clone())
        else:
            nn.init.normal_(self.head.weight, std=std)
        self._end = end
        self._label_smoothing = settings.label_smoothing
        self.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=settings.max_length,
            do_sample=False,
            num_beams=settings.beam_size,
            length_penalty=settings.length_penalty,
            bos_token_id=end,
            eos_token_id=end,
            pad_token_id=end,
            use_cache=True,
        )
        self.train(False)

    def train(self, mode: bool = True) -> Generator:
        """Change the mode of all but the backbone, which has no dropout in training either."""
        super().train(mode)
        self.backbone.train(False)
        return self

    def read_guidance(self, guidance: Sequence[Tokens]) -> ReadGuidance:
        """Compute the frozen backbone's states of guidance, at least one token for each caption."""
        ids, mask = _pad([torch.tensor(tokens) for tokens in guidance], self.device)
        return ReadGuidance(self._states_by_length(ids, [len(tokens) for tokens in guidance]), mask)

    def read_captions(self, captions: Sequence[Tokens]) -> list[Tensor]:
        """Compute the frozen backbone's states of captions: ``(n_tokens, width)`` for each.

        Its tokens are the start and all but the last of the caption's own.
        """
        rows = [torch.tensor([self._end, *tokens[:-1]]) for tokens in captions]
        ids, _ = _pad(rows, self.device)
        states = self._states(ids)
        return [states[row, : len(tokens)].clone() for row, tokens in enumerate(rows)]

    def condition(
        self, guidance: Sequence[Tokens], patches: Sequence[Patches] | None = None
    ) -> Conditions:
        """Compute all that does not change while captions grow.

        Args:
            guidance: at least one token for each caption.
            patches: ``(n_patches, patch_width)`` for each; not looked at without an audio branch.

        Returns:
            Keyword arguments of ``forward``, a row for each caption.

        Raises:
            ValueError: there is an audio branch, and no patches.
        """
        return self.condition_on(self.read_guidance(guidance), patches)

    def condition_on(
        self, guidance: ReadGuidance, patches: Sequence[Patches] | None = None
    ) -> Conditions:
        """Do the same where the guidance was read before.

        Args:
            guidance: from ``read_guidance``.
            patches: see ``condition``.

        Returns:
            Keyword arguments of ``forward``, a row for each caption.

        Raises:
            ValueError: there is an audio branch, and no patches.
        """
        conditions = _spelled("guidance", self.guidance.attend_to(*guidance))
        if self.audio is not None:
            if patches is None:
                raise ValueError("a generator with an audio branch needs patches; found none.")
            sounds, mask = _pad([torch.from_numpy(np.array(rows)) for rows in patches], self.device)
            conditions |= _spelled("audio", self.audio.attend_to(sounds, mask))
        return conditions

    def forward(
        self,
        input_ids: Tensor,
        guidance_keys: Tensor,
        guidance_values: Tensor,
        guidance_mask: Tensor,
        audio_keys: Tensor | None = None,
        audio_values: Tensor | None = None,
        audio_mask: Tensor | None = None,
        past_key_values: Any = None,
        use_cache: bool = False,
        **_: Any,
    ) -> CausalLMOutputWithPast:
        """Compute the logits of what follows each token.

        Args:
            input_ids: ``(batch, n_tokens)``: the beginnings of captions, without padding before
                any token that counts; those that the cache holds are left out.
            guidance_keys: this and the next five: see ``condition``.
            guidance_values: of the guidance.
            guidance_mask: of the guidance.
            audio_keys: of the sound.
            audio_values: of the sound.
            audio_mask: of the sound.
            past_key_values: the backbone's cache.
            use_cache: whether to fill it.
            _: what ``generate`` passes besides, as a mask of ones.

        Returns:
            Logits ``(batch, n_tokens, n_vocabulary)`` and the cache.
        """
        with torch.no_grad():
            read = self.backbone(input_ids, past_key_values=past_key_values, use_cache=use_cache)
        guidance = Attended(guidance_keys, guidance_values, guidance_mask)
        audio = _together(audio_keys, audio_values, audio_mask)
        logits = self.head(self._combine(read.last_hidden_state, guidance, audio))
        return CausalLMOutputWithPast(logits=logits, past_key_values=read.past_key_values)

    def losses(
        self,
        captions: Sequence[Tokens],
        conditions: Conditions,
        read: Sequence[Tensor] | None = None,
    ) -> Tensor:
        """Compute the smoothed cross entropy of each token of captions.

        Args:
            captions: what is to be written, the end included where it is to be learnt.
            conditions: from ``condition``.
            read: what ``read_captions`` gave for them; None: they are read now.

        Returns:
            ``(n_tokens,)`` of all captions.
        """
        rows = [torch.tensor([self._end, *tokens]) for tokens in captions]
        ids, mask = _pad(rows, self.device)
        guidance = Attended(*(conditions[f"guidance_{part}"] for part in Attended._fields))
        audio = _together(*(conditions.get(f"audio_{part}") for part in Attended._fields))
        known = (
            self._states(ids[:, :-1])
            if read is None
            else nn.utils.rnn.pad_sequence(list(read), batch_first=True)
        )
        states = self._combine(known, guidance, audio)
        counts = mask[:, 1:]
        return nn.functional.cross_entropy(
            self.head(states[counts]).float(),
            ids[:, 1:][counts],
            reduction="none",
            label_smoothing=self._label_smoothing,
        )

    @torch.inference_mode()
    def write(self, conditions: Conditions, *, n_beams: int | None = None) -> list[list[int]]:
        """Write captions, with a cache of the backbone's keys and values.

        Args:
            conditions: from ``condition``.
            n_beams: 1 decodes greedily; None: as the settings say.

        Returns:
            Tokens for each, the end and what follows it included.
        """
        starts = torch.full((len(conditions["guidance_mask"]), 1), self._end, device=self.device)
        untyped: Any = self
        written: Tensor = untyped.generate(
            input_ids=starts,
            attention_mask=torch.ones_like(starts),
            num_beams=n_beams or self.generation_config.num_beams,
            **conditions,
        )
        rows: list[list[int]] = written[:, 1:].tolist()
        return rows

    def _states_by_length(self, ids: Tensor, lengths: Sequence[int]) -> Tensor:
        """Read rows of similar lengths together, so that little padding is read; 0 behind them."""
        states = torch.zeros((*ids.shape, self.backbone.config.n_embd), device=self.device)
        for rows in np.array_split(np.argsort(lengths, kind="stable"), _LENGTHS):
            if len(rows):
                longest = lengths[rows[-1]]
                read = self._states(ids[rows, :longest])
                states[rows, :longest] = read.to(states.dtype)
        return states

    def _states(self, ids: Tensor) -> Tensor:
        # Padding stands behind all that counts, and no token looks ahead: it needs no mask.
        with torch.no_grad():
            states: Tensor = self.backbone(ids, use_cache=False).last_hidden_state
        return states

    def _combine(self, read: Tensor, guidance: Attended, audio: Attended | None) -> Tensor:
        states = _sublayer(read, self.guidance(read, guidance), self.norm)
        if self.audio is None:
            return states
        assert audio is not None
        added: Tensor = self.audio(states, audio)
        return states + added


def _sublayer(queries: Tensor, attended: Tensor, norm: nn.LayerNorm | None) -> Tensor:
    if norm is None:
        return attended
    normed: Tensor = norm(queries + attended)
    return normed


def _spelled(name: str, attended: Attended) -> Conditions:
    return {f"{name}_{part}": tensor for part, tensor in attended._asdict().items()}


def _together(keys: Tensor | None, values: Tensor | None, mask: Tensor | None) -> Attended | None:
    if keys is None or values is None or mask is None:
        return None
    return Attended(keys, values, mask)


def _pad(rows: Sequence[Tensor], device: torch.device) -> tuple[Tensor, Tensor]:
    """Lay rows of several lengths out as one tensor, and say what is no padding."""
    padded = nn.utils.rnn.pad_sequence(list(rows), batch_first=True)
    lengths = torch.tensor([len(row) for row in rows])
    mask = torch.arange(padded.shape[1]) < lengths[:, None]
    return padded.to(device), mask.to(device)
