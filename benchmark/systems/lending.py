"""What a captioner is lent while it is at work: a scratch folder, files of clips; and its end."""

from __future__ import annotations

import dataclasses
import functools
import wave
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from benchmark.contract import Captioner, Clip, Resources
from benchmark.errors import PluginError, describe, shown
from benchmark.files import SCRATCH_CURE, scratch_folder, tell, writing
from benchmark.machine.forks import ending_forks
from benchmark.machine.time_limits import call_within

CLOSE_LIMIT_S = 60.0
"""Seconds that ``close()`` may take before nobody waits for it any more."""
MOST_FILES = 512
"""Of clips that are there at once; a batch may be as large."""


@contextmanager
def lent_scratch(resources: Resources) -> Iterator[Resources]:
    """Lend a captioner a scratch folder: made when it is asked for, gone with all that is in it."""
    with ExitStack() as stack:

        @functools.cache
        def make() -> Path:
            return stack.enter_context(scratch_folder("bench-scratch"))

        with ending_forks():  # a copy of this process must not take the folder away
            yield dataclasses.replace(resources, make_scratch=make)


@contextmanager
def closing(captioner: Captioner, name: str) -> Iterator[Captioner]:
    """Close a captioner after the block if it can be, whatever happens there.

    What that raises costs nothing but a line on standard error: the captions are there.
    """
    try:
        with ending_forks():
            yield captioner
    finally:
        try:
            close_captioner(captioner)
        except Exception as error:
            tell(f"{name}: close() failed and was left: {describe(error)}")


def close_captioner(captioner: Captioner) -> None:
    """Close a captioner if it can be.

    Raises:
        PluginError: it wanted to end the process, or ``close`` is no method.
        Exception: whatever else it raises, or that it takes longer than ``CLOSE_LIMIT_S``.
    """
    close: object = getattr(captioner, "close", None)
    if close is None:
        return
    if not callable(close):
        raise PluginError(f"the captioner's close is {shown(close)}; expected a method.")

    def stay() -> None:
        try:
            close()
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:  # it would end this process
            raise PluginError(f"close() raised {shown(error)}.") from error

    call_within(stay, CLOSE_LIMIT_S, name="close()")


class ClipFiles:
    """Files of clips, for captioners whose work another program does; the oldest go first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: OrderedDict[tuple[str, int, str], Path] = OrderedDict()
        self._n_written = 0

    def lend(self, clip: Clip) -> Clip:
        """Give a clip its file: mono WAV of 16 bits at the clip's rate.

        A clip without samples has none.

        Raises:
            MachineError: it cannot be written.
        """
        if not len(clip.waveform):
            return clip
        key = (clip.clip_id, clip.sample_rate_hz, clip.split)
        if key not in self._files:
            self._files[key] = self._write(clip)
        self._files.move_to_end(key)
        while len(self._files) > MOST_FILES:
            self._files.popitem(last=False)[1].unlink(missing_ok=True)
        return dataclasses.replace(clip, path=self._files[key])

    def _write(self, clip: Clip) -> Path:
        self._n_written += 1
        path = self._folder / f"{self._n_written:06d}.wav"  # no clip's id decides a file's name
        with writing(path, SCRATCH_CURE), wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(clip.sample_rate_hz)
            # Times 32,768, as sounds of 16 bits are read: these come out as they went in.
            levels = np.clip(np.rint(clip.waveform * 32_768.0), -32_768, 32_767)
            file.writeframes(levels.astype("<i2").tobytes())
        return path
