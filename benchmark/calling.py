"""One call of a captioner: timed, limited, and checked against the contract."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.contract import Captioner, Clip
from benchmark.errors import PluginError


class CallTimeoutError(Exception):
    """A captioner's call took longer than it may."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a call gave: captions, or what was raised instead; and the seconds it took."""

    captions: list[str] | None
    seconds: float
    error: Exception | None = None


def call_captioner(captioner: Captioner, clips: list[Clip], timeout_s: float | None) -> Call:
    """Caption one batch.

    Args:
        captioner: ready.
        clips: at least one.
        timeout_s: seconds it may take; None waits for ever.
    """
    start = time.perf_counter()
    try:
        if timeout_s is None:
            captions = captioner.caption(clips)
        else:
            captions = _call_within(captioner, clips, timeout_s)
        caption_s = since(start)
        _check_captions(captions, clips)
    except Exception as error:
        return Call(None, since(start), error)
    return Call(captions, caption_s)


def _call_within(captioner: Captioner, clips: list[Clip], timeout_s: float) -> list[str]:
    """Call in a thread of its own, which is left behind if it does not come back in time."""
    outcome: list[list[str] | Exception] = []

    def work() -> None:
        try:
            outcome.append(captioner.caption(clips))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout_s)
    if not outcome:
        raise CallTimeoutError(f"caption() took longer than {timeout_s:g} s for {len(clips)} clips")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _check_captions(captions: object, clips: Sequence[Clip]) -> None:
    if not isinstance(captions, list | tuple):
        raise PluginError(
            f"caption() returned {type(captions).__name__}; expected a list of {len(clips)} str."
        )
    if len(captions) != len(clips):
        raise PluginError(
            f"caption() returned {len(captions)} captions for {len(clips)} clips "
            f"(first clip {clips[0].clip_id!r}); expected one per clip, in order."
        )
    for clip, text in zip(clips, captions, strict=True):
        if not isinstance(text, str):
            raise PluginError(
                f"the caption for clip {clip.clip_id!r} is {type(text).__name__}; expected str."
            )


def describe(error: Exception) -> str:
    """Spell an exception: its type and message."""
    return f"{type(error).__name__}: {error}"


def since(start: float) -> float:
    """Tell the seconds since a reading of ``time.perf_counter``."""
    return time.perf_counter() - start
