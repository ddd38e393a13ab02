"""A prepared captioner on trial: called as a run calls it, and watched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmark.contract import Captioner, Clip, Resources, SystemSpec
from benchmark.errors import describe, shown
from benchmark.systems.calling import call_captioner
from benchmark.systems.explaining import Explained, Explainer
from benchmark.systems.lending import ClipFiles
from benchmark.testing.findings import BrokenRuleError


@dataclass(frozen=True, slots=True)
class Trial:
    """What a system is tried with.

    Attributes:
        spec: its record.
        resources: as a run gives them to this system.
        options: of the record's type, or None.
        captioner: prepared from these.
        clips: sounds of several lengths, at the captioner's rate.
        files: of clips, for a system that needs them.
        chance: where the generators of the process stood after it was prepared.
    """

    spec: SystemSpec
    resources: Resources
    options: Any
    captioner: Captioner
    clips: tuple[Clip, ...]
    files: ClipFiles | None = None
    chance: Mapping[str, bytes] = field(default_factory=dict)

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        """Caption a batch with the captioner on trial; raises as ``caption_batch``."""
        return caption_batch(self.captioner, self.lend(clips))

    def lend(self, clips: Sequence[Clip]) -> list[Clip]:
        """Give clips their files if the system needs them, as a run does."""
        return [self.files.lend(clip) for clip in clips] if self.files else list(clips)

    def explain(self, clips: Sequence[Clip]) -> list[Explained]:
        """Caption a batch and ask what it leaned on, as a run does.

        Raises:
            BrokenRuleError: as ``caption_batch``, and where ``explain`` breaks the contract.
        """
        copies = [_copy(clip) for clip in self.lend(clips)]
        _caption(self.captioner, clips, copies)
        explainer = Explainer(self.captioner, None)
        try:
            explained = explainer.explain(copies)
        except Exception as error:
            raise BrokenRuleError(f"explaining {_name(clips)}: {_spell(error)}") from error
        _require_unchanged(clips, copies)
        return explained


def prepare(spec: SystemSpec, resources: Resources, options: Any) -> Captioner:
    """Prepare a captioner.

    Raises:
        BrokenRuleError: it cannot be prepared, or is none.
    """
    try:
        captioner = spec.prepare(resources, options)
    except (Exception, SystemExit) as error:
        raise BrokenRuleError(f"prepare() raised {_spell(error)}") from error
    if not callable(getattr(captioner, "caption", None)):
        raise BrokenRuleError(
            f"prepare() returned {shown(captioner)}; expected an object with a method caption()."
        )
    return captioner


def caption_batch(captioner: Captioner, clips: Sequence[Clip]) -> list[str]:
    """Caption a batch of copies, read-only as in a run, and look whether they changed.

    Raises:
        BrokenRuleError: it raised, gave something else than one str per clip, or wrote into a
            clip.
    """
    return _caption(captioner, clips, [_copy(clip) for clip in clips])


def _caption(captioner: Captioner, clips: Sequence[Clip], copies: list[Clip]) -> list[str]:
    call = call_captioner(captioner, copies, None)
    _require_unchanged(clips, copies)
    if call.error is not None:
        raise BrokenRuleError(f"captioning {_name(clips)}: {_spell(call.error)}") from call.error
    assert call.captions is not None
    return list(call.captions)


def _copy(clip: Clip) -> Clip:
    waveform = np.array(clip.waveform)
    waveform.flags.writeable = False
    return dataclasses.replace(clip, waveform=waveform)


def _require_unchanged(clips: Sequence[Clip], copies: Sequence[Clip]) -> None:
    for clip, copy in zip(clips, copies, strict=True):
        if clip.waveform.tobytes() != copy.waveform.tobytes():
            raise BrokenRuleError(
                f"it changed the waveform of clip {clip.clip_id!r}; expected it as it was, for "
                "the next system hears the same array. Copy it before writing."
            )


def _name(clips: Sequence[Clip]) -> str:
    return ", ".join(f"{clip.clip_id} (samples: {len(clip.waveform)})" for clip in clips)


def _spell(error: BaseException) -> str:
    text = describe(error)
    if isinstance(error, ValueError) and "read-only" in text:
        text += ". Waveforms are read-only, for the next system hears the same array: copy first."
    return text
