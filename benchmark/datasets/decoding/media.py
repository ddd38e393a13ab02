"""What libsndfile does not read, read by PyAV, whose wheel brings the codecs of FFmpeg.

It is an extra, ``aac-bench[media]``: m4a, mp4, webm, mka, aac, wma and the like.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.decoding.refusals import (
    cut_short,
    require_bearable,
    require_rate,
    undecodable,
)
from benchmark.errors import DataError

if TYPE_CHECKING:
    import av

Block = tuple[NDArray[np.float32], int]
"""Frames of ``(n, n_channels)`` and their rate."""
EXTRA = "aac-bench[media]"
_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,aac,asf,amr,ac3,eac3,caf,avi,flv,mpegts,mpeg,mp2,mp3,"
    "ogg,wav,w64,aiff,au,flac,wv,ape,tta,dsf,voc"
)
"""Formats of one file each: those that name other files or addresses to open are not among them."""
_GUESSED = frozenset({"aac", "mp3", "mp2", "mpeg", "mpegts", "amr", "ac3", "eac3", "flv"})
"""Formats whose length is a guess from their size."""
_WHOLE_FROM = 0.1
"""Seconds that may lack of the length that a header promises: frames, and what they round."""


def kind_of(head: bytes) -> str | None:
    """Tell formats that only PyAV reads by how they begin; None for any other."""
    if head[4:8] == b"ftyp":
        return "MP4 (m4a, mp4)"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "Matroska (webm, mka)"
    if head.startswith(bytes.fromhex("3026b2758e66cf11")):
        return "ASF (wma)"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "AAC"
    if head.startswith(b"\x0bw"):
        return "AC-3"
    if head.startswith(b"#!AMR"):
        return "AMR"
    if head.startswith(b"FLV\x01"):
        return "FLV"
    return "AVI" if head[:4] == b"RIFF" and head[8:12] == b"AVI " else None


def is_here() -> bool:
    """Tell whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def lacking_reader(path: Path, kind: str) -> DataError:
    """Say which extra brings the reader of a format."""
    return DataError(
        f"cannot decode {path}: it is {kind}, which libsndfile does not read. PyAV does: "
        f"pip install '{EXTRA}'. Or export the file as wav, flac, ogg or mp3."
    )


def read_blocks(path: Path) -> Iterator[Block]:
    """Decode the sound of a media file, a frame at a time.

    Yields:
        Frames of ``(n, n_channels)``, on the scale of libsndfile, and their rate.

    Raises:
        DataError: the file has no sound, changes its rate or channels, or is cut short.
        av.FFmpegError: it cannot be decoded.
    """
    import av

    # Without the prefix a name with a colon would be an address.
    name = f"file:{path.absolute()}"
    with av.open(name, options={"format_whitelist": _DEMUXERS}) as container:
        stream = container.streams.best("audio")
        if stream is None:
            raise DataError(f"{path} holds no sound; expected an audio file.")
        stream.codec_context.options = {"err_detect": "crccheck+explode"}
        promised_s = _promised_s(container, stream)
        shape: tuple[int, int] | None = None
        n_samples, rate_hz = 0, 0
        for frame in cast("Iterator[av.AudioFrame]", container.decode(stream)):
            block, rate_hz = _samples(frame), frame.sample_rate
            require_rate(path, rate_hz)
            shape = shape or (rate_hz, block.shape[1])
            if shape != (rate_hz, block.shape[1]):
                raise undecodable(path, "its rate or its number of channels changes on the way")
            n_samples += len(block)
            require_bearable(path, n_samples, rate_hz)
            yield block, rate_hz
    if promised_s is not None and rate_hz and n_samples / rate_hz < promised_s - _WHOLE_FROM:
        raise cut_short(path, f"{n_samples / rate_hz:.2f} s", f"{promised_s:.2f} s")


def read_first(path: Path) -> tuple[Block, Iterator[Block]] | None:
    """Try to decode a file that may be anything; None where nothing comes of it."""
    import av

    blocks = read_blocks(path)
    try:
        return next(blocks), blocks
    except (av.FFmpegError, DataError, StopIteration):
        return None


def _promised_s(container: av.container.InputContainer, stream: Any) -> float | None:
    """Read the length of a sound that its header promises; None where none does."""
    if container.format.name in _GUESSED:
        return None
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if len(container.streams) > 1 or container.duration is None:
        return None  # a film may be longer than its sound
    return container.duration / 1_000_000


def _samples(frame: av.AudioFrame) -> NDArray[np.float32]:
    values: NDArray[Any] = frame.to_ndarray()  # of the type that the codec has
    n_channels = frame.layout.nb_channels
    if not frame.format.is_planar:
        values = values.reshape(-1, n_channels).T
    if values.dtype == np.uint8:
        values = (values.astype(np.float32) - 128) / 128
    elif np.issubdtype(values.dtype, np.integer):
        values = values.astype(np.float64) / -float(np.iinfo(values.dtype).min)
    return np.ascontiguousarray(values.T, dtype=np.float32)
