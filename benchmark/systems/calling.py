"""A system got ready, and one call of it: timed, limited, and checked against the contract."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from benchmark.contract import Captioner, Clip, Resources, SystemSpec
from benchmark.deprecated import find_new_home
from benchmark.errors import PluginError, shown, why_unwritable
from benchmark.machine.clock import since
from benchmark.machine.time_limits import OutOfTimeError, call_within
from benchmark.stages import synchronise_device

T = TypeVar("T")


class CallTimeoutError(Exception):
    """A captioner's call, or getting it ready, took longer than it may.

    Attributes:
        is_over: the call has ended, and the captioner can be called again.
    """

    def __init__(self, message: str, *, is_over: bool = False) -> None:
        super().__init__(message)
        self.is_over = is_over


@dataclass(frozen=True, slots=True)
class Call:
    """What a call gave: captions, or what was raised instead; and the seconds it took."""

    captions: list[str] | None
    seconds: float
    error: Exception | None = None


def prepare_captioner(
    spec: SystemSpec, resources: Resources, options: Any, limit_s: float | None = None
) -> Captioner:
    """Get a system ready.

    Args:
        spec: of the system.
        resources: what it may use.
        options: its own.
        limit_s: seconds it may take; None waits for ever.

    Raises:
        CallTimeoutError: it took longer.
        PluginError: it wanted to end the process, imports a module that has moved, or gave
            something that no clip can be fed to.
        Exception: whatever else it raises.
    """
    try:
        captioner = stay_within(lambda: spec.prepare(resources, options), limit_s, "prepare()")
    except ImportError as error:
        if home := find_new_home(error):
            raise PluginError(f"prepare(): {error}; it is in {home} now.") from error
        raise
    if not callable(getattr(captioner, "caption", None)):
        raise PluginError(f"prepare() returned {shown(captioner)}; expected a captioner.")
    sample_rate_of(captioner, spec)
    return captioner


def sample_rate_of(captioner: Captioner, spec: SystemSpec) -> int:
    """Tell at which rate a captioner hears, in Hz: what it says itself, else its spec.

    Raises:
        PluginError: that is no rate.
    """
    rate_hz: object = getattr(captioner, "sample_rate_hz", spec.sample_rate_hz)
    if not isinstance(rate_hz, int) or rate_hz < 1:
        raise PluginError(
            f"the captioner's sample_rate_hz is {shown(rate_hz)}; expected a positive integer."
        )
    return rate_hz


def call_captioner(captioner: Captioner, clips: list[Clip], timeout_s: float | None) -> Call:
    """Caption one batch.

    Args:
        captioner: ready.
        clips: at least one.
        timeout_s: seconds it may take; None waits for ever.
    """
    start_ns = time.perf_counter_ns()
    caption_s = 0.0

    def caption(clips: list[Clip]) -> object:
        nonlocal start_ns, caption_s
        synchronise_device()  # what was asked for before is not this call's
        start_ns = time.perf_counter_ns()  # nor is setting its limit
        captions: object = captioner.caption(clips)
        synchronise_device()
        caption_s = since(start_ns)
        return captions

    try:
        captions = call_plugin(caption, clips, timeout_s, name="caption()")
        checked = _check_captions(captions, clips)
    except Exception as error:
        return Call(None, since(start_ns), error)
    return Call(checked, caption_s)


def call_plugin(
    method: Callable[[list[Clip]], T], clips: list[Clip], timeout_s: float | None, *, name: str
) -> T:
    """Call a captioner's method: it neither ends this process nor takes longer than it may.

    Args:
        method: of the captioner.
        clips: what it gets.
        timeout_s: seconds it may take; None waits for ever.
        name: of the method, for messages.

    Raises:
        CallTimeoutError: it took longer.
        PluginError: it wanted to end the process.
        Exception: whatever else it raises.
    """
    return stay_within(lambda: method(clips), timeout_s, name, f" for {len(clips)} clips")


def stay_within(work: Callable[[], T], limit_s: float | None, name: str, of: str = "") -> T:
    """Do a plugin's work: it neither ends this process nor takes longer than it may.

    Args:
        work: what is done.
        limit_s: seconds it may take; None waits for ever.
        name: of the work, for messages.
        of: what it was done with, for the message of its lateness.

    Raises:
        CallTimeoutError: it took longer.
        PluginError: it wanted to end the process.
        Exception: whatever else it raises.
    """

    def stay() -> T:
        try:
            return work()
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:  # it would end this process, or its own thread unheard
            raise PluginError(f"{name} raised {error!r}.") from error

    try:
        return call_within(stay, limit_s, name=name)
    except OutOfTimeError as error:
        raise CallTimeoutError(f"{error}{of}", is_over=error.is_over) from error


def _check_captions(captions: object, clips: Sequence[Clip]) -> list[str]:
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
        if reason := why_unwritable(text):
            raise PluginError(
                f"the caption for clip {clip.clip_id!r} {reason}; expected text that a file can "
                "hold."
            )
    return [str.__str__(text) for text in captions]  # a subclass may be anything
