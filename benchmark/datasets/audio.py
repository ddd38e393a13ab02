"""Sound files to mono waveforms, and back; the only user of the audio library and the resampler."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Clip, Waveform
from benchmark.errors import DataError
from benchmark.machine.signals import hold_interrupt
from benchmark.stages import stage

_STREAMED_SIZE = 0x7FFF_F000
"""Chunk sizes from here up are placeholders: written by tools that could not seek back."""


def read_sound(path: Path, sample_rate_hz: int) -> Waveform:
    """Read a sound file: mix to mono, then resample once from the file's own rate.

    Channels are averaged. Resampling is soxr's "HQ". Nothing is clipped or normalised: float
    files keep values beyond [-1, 1], and resampling may overshoot a full-scale sound slightly.

    Args:
        path: any format that libsndfile reads (wav, flac, ogg, mp3, aiff, ...).
        sample_rate_hz: the rate to return, > 0.

    Returns:
        ``(n_samples,)`` float32, at least one sample, all finite.

    Raises:
        DataError: the file is absent, empty, a folder, of an unknown format or cut short, or its
            sound has no samples or values that are not finite. A cut is seen where a header says
            how long the sound should be: wav, flac and mp3 with a Xing header do, ogg does not.
    """
    import soxr

    with stage("decode"):
        _require_bytes(path)
        _require_whole_wav(path)
        frames, native_hz = _decode(path)
        waveform = frames[:, 0] if frames.shape[1] == 1 else frames.mean(axis=1)
    if not np.isfinite(waveform).all():
        at = int(np.argmin(np.isfinite(waveform)))
        raise DataError(
            f"{path} holds values that are no sound: {waveform[at]} at sample {at} of "
            f"{len(waveform)}; expected finite values. Export the file again."
        )
    if native_hz != sample_rate_hz:
        with stage("resample"):
            waveform = soxr.resample(waveform, native_hz, sample_rate_hz, quality="HQ")
    if len(waveform) == 0:
        raise DataError(
            f"{path} is too short: {len(frames)} samples at {native_hz} Hz leave none at "
            f"{sample_rate_hz} Hz; expected at least one. Remove the clip or replace the file."
        )
    return np.ascontiguousarray(waveform, dtype=np.float32)


def fit_length(clip: Clip, duration_s: float) -> Clip:
    """Cut a clip at its end, or fill it up with silence; an empty clip stays as it is.

    The silence is added to the sound and not to its embedding, so that it is embedded as
    silence in a longer recording would be.
    """
    n_samples = round(duration_s * clip.sample_rate_hz)
    n_missing = n_samples - len(clip.waveform)
    if n_missing == 0 or len(clip.waveform) == 0:
        return clip
    waveform = np.pad(clip.waveform[:n_samples], (0, max(0, n_missing)))
    return Clip(clip.clip_id, waveform, clip.sample_rate_hz)


def hash_waveform(waveform: Waveform) -> str:
    """Hash a decoded sound by its content: 64 hex digits over shape and float32 samples.

    Two files of one sound agree, a renamed file agrees, a sample that differs does not.
    """
    digest = hashlib.blake2b(repr(waveform.shape).encode(), digest_size=32)
    digest.update(np.ascontiguousarray(waveform, dtype="<f4").data)
    return digest.hexdigest()


def _require_bytes(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(
            f"cannot read the sound {path}: {error.strerror}; expected an audio file."
        ) from error
    if not path.is_file():
        raise DataError(f"{path} is not a file; expected an audio file.")
    if size == 0:
        raise DataError(f"{path} is empty (0 bytes); expected an audio file. Fetch it again.")


def _decode(path: Path) -> tuple[NDArray[np.float32], int]:
    """Decode to ``(n_frames, n_channels)`` and the file's own rate."""
    import soundfile

    try:
        with soundfile.SoundFile(os.fsencode(path)) as sound:  # a name need not be UTF-8
            promised: int = sound.frames
            native_hz: int = sound.samplerate
            frames: NDArray[np.float32] = sound.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, TypeError, MemoryError) as error:  # TypeError: headerless raw
        raise DataError(
            f"cannot decode {path}: {str(error).rstrip('.')}. Expected a whole audio file "
            "(wav, flac, ogg, mp3); it may be cut or of another format. Fetch or export it again."
        ) from error
    if len(frames) < promised:
        raise _cut_short(path, f"{len(frames)} samples", f"{promised}")
    if promised == 0:
        raise DataError(f"{path} holds 0 samples; expected at least one. Export it again.")
    return frames, native_hz


def _require_whole_wav(path: Path) -> None:
    """Compare the length that a RIFF header promises with the bytes that follow.

    libsndfile trusts the file's size instead and reads what is left of a cut file in silence.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] != b"RIFF" or head[8:] != b"WAVE":
                return
            while len(chunk := file.read(8)) == 8:
                length = int.from_bytes(chunk[4:], "little")
                if chunk[:4] == b"data":
                    n_bytes = size - file.tell()
                    if n_bytes < length < _STREAMED_SIZE:
                        raise _cut_short(path, f"{n_bytes} bytes of sound", f"{length}")
                    return
                file.seek(length + length % 2, 1)
    except OSError as error:
        raise DataError(
            f"cannot read the sound {path}: {error.strerror}; expected a readable audio file."
        ) from error
    raise _cut_short(path, f"{size} bytes and no sound", "a data chunk")


def _cut_short(path: Path, actual: str, expected: str) -> DataError:
    return DataError(
        f"{path} is cut short: {actual}, but its header promises {expected}. "
        "Fetch or export the file again."
    )


def encode_flac(samples: NDArray[Any], sample_rate_hz: int) -> bytes:
    """Spell a sound as FLAC of 16 bits.

    To be written by who asks: what a full disk does to a file, libsndfile does not say.

    Args:
        samples: ``(n,)``, 16-bit integers or numbers from -1 to 1.
        sample_rate_hz: of them.

    Returns:
        The file's content.
    """
    import soundfile

    file = io.BytesIO()
    with hold_interrupt() as held:  # raised while libsndfile calls back, it would be lost
        soundfile.write(file, samples, sample_rate_hz, "PCM_16", format="FLAC")
    if held.is_set():
        raise held.exception()
    return file.getvalue()
