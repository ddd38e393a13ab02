"""One sound file to samples: libsndfile reads what it can, PyAV the rest."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Waveform
from benchmark.datasets.decoding import media, mpeg
from benchmark.datasets.decoding.promises import require_whole, with_length
from benchmark.datasets.decoding.refusals import (
    cut_short,
    require_bearable,
    require_rate,
    undecodable,
)
from benchmark.datasets.other_things import HEAD_BYTES, no_sound
from benchmark.errors import DataError
from benchmark.machine.signals import hold_interrupt

_BLOCK = 1 << 16
_FAILURES = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, OSError),
    *(RuntimeError, TypeError, ValueError, struct.error),
)
"""What decoders raise beside errors of their own. Not all of Exception: a time limit is none."""

Blocks = Iterator[tuple[NDArray[np.float32], int]]


class Decoded(NamedTuple):
    """A sound, mixed to mono.

    Attributes:
        waveform: ``(n_samples,)``.
        rate_hz: the file's own.
        n_channels: that were mixed.
        peak: the greatest magnitude in any channel, 0 of a sound without samples.
    """

    waveform: Waveform
    rate_hz: int
    n_channels: int
    peak: float


def decode(path: Path) -> Decoded:
    """Decode a file block by block, and average its channels.

    Memory grows by what is decoded, not by what a header promises.

    Raises:
        DataError: it is absent, empty, a folder, cut short, of a rate or length that no clip has,
            or of a format that nothing here reads; says which.
    """
    import soundfile

    try:
        return _mix(path, _blocks(path))
    except (soundfile.SoundFileError, *_FAILURES) as error:
        raise undecodable(path, _spell(error)) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] == "av":
            raise undecodable(path, _spell(error)) from error
        raise


def _spell(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it does not fit into memory"
    reason = getattr(error, "strerror", None)  # of the system, of FFmpeg
    return reason or str(error) or type(error).__name__


def _mix(path: Path, blocks: Blocks) -> Decoded:
    parts: list[Waveform] = []
    native_hz, n_channels, peak, n_samples = 0, 0, 0.0, 0
    for block, rate_hz in blocks:
        if not native_hz:
            require_rate(path, rate_hz)
        native_hz, n_channels = rate_hz, block.shape[1]
        n_samples += len(block)
        require_bearable(path, n_samples, rate_hz)
        if len(block):
            peak = max(peak, float(np.abs(block).max()))
            parts.append(block[:, 0].copy() if n_channels == 1 else block.mean(axis=1))
    if not parts:
        raise DataError(f"{path} holds 0 samples; expected at least one. Export it again.")
    return Decoded(np.concatenate(parts), native_hz, n_channels, peak)


def _blocks(path: Path) -> Blocks:
    """Choose who reads a file."""
    head = _read_head(path)
    if (thing := no_sound(head)) is not None:
        raise DataError(f"{path} is {thing}.")
    if kind := media.kind_of(head):
        if not media.is_here():
            raise media.lacking_reader(path, kind)
        return media.read_blocks(path)
    extent = require_whole(path)
    if extent is not None and (content := with_length(path, extent)) is not None:
        return _read_held(lambda: _read_blocks(path, io.BytesIO(content)))
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return _read_mpeg(path)
    return _read_native(path)


def _read_head(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise DataError(f"{path} is not a file; expected an audio file.")
        if size == 0:
            raise DataError(f"{path} is empty (0 bytes); expected an audio file. Fetch it again.")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise DataError(
            f"cannot read the sound {path}: {error.strerror}; expected an audio file."
        ) from error


def _read_native(path: Path) -> Blocks:
    """Let libsndfile read a file; what it does not know at all, PyAV may."""
    import soundfile

    try:
        yield from _read_blocks(path, os.fsencode(path))  # a name need not be UTF-8
    except soundfile.LibsndfileError as error:
        # 1: unrecognised format; what is known and broken stays with who knows it.
        first = media.read_first(path) if error.code == 1 and media.is_here() else None
        if first is None:
            raise
        yield first[0]
        yield from first[1]


def _read_mpeg(path: Path) -> Blocks:
    """Read an mp3 to the end of its frames, whatever length it promises."""
    data = path.read_bytes()
    frames = mpeg.find_frames(data)
    if frames is None or frames.layer != 3:
        return _read_native(path)
    if frames.promised is not None and frames.promised > frames.n + 1:
        raise cut_short(path, f"{frames.n} frames of sound", f"{frames.promised}")
    if frames.lacking:
        raise cut_short(path, f"its last frame lacks {frames.lacking} bytes", "whole ones")
    if frames.junk is not None:
        raise undecodable(path, f"bytes at offset {frames.junk:,} belong to no frame of sound")
    if frames.promised is None or frames.promised < frames.n - 1:
        content = mpeg.with_count(data, frames)
    elif frames.tags:
        content = data[: frames.end]
    else:
        return _read_native(path)
    return _read_held(lambda: _read_blocks(path, io.BytesIO(content)))


def _read_held(read: Callable[[], Blocks]) -> Blocks:
    """Read from memory: an interrupt that comes while libsndfile calls back would be lost."""
    with hold_interrupt() as held:
        blocks = list(read())
    if held.is_set():
        raise held.exception()
    yield from blocks


def _read_blocks(path: Path, source: bytes | io.BytesIO) -> Blocks:
    import soundfile

    class Stream(soundfile.SoundFile):  # type: ignore[misc]
        """Read from its beginning to its end: to seek, soundfile needs a length."""

        def seekable(self) -> bool:
            return False

    with Stream(source) as sound:
        rate_hz, promised = int(sound.samplerate), int(sound.frames)
        require_rate(path, rate_hz)
        n_samples = 0
        while len(block := sound.read(_BLOCK, dtype="float32", always_2d=True)):
            n_samples += len(block)
            yield block, rate_hz
    is_known = promised < 1 << 62
    if is_known and n_samples < promised:
        raise cut_short(path, f"{n_samples} samples", f"{promised}")
