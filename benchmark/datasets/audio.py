"""Sound files to mono waveforms, and back; the only user of the resampler."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.contract import Clip, Waveform
from benchmark.datasets.decoding import Decoded, decode
from benchmark.datasets.decoding.refusals import require_bearable
from benchmark.errors import DataError
from benchmark.machine.signals import hold_interrupt
from benchmark.stages import stage


def read_sound(path: Path, sample_rate_hz: int) -> Waveform:
    """Read a sound file: mix to mono, then resample once from the file's own rate.

    Channels are averaged. Resampling is soxr's "HQ". Nothing is clipped or normalised: float
    files keep values beyond [-1, 1], and resampling may overshoot a full-scale sound slightly.

    Args:
        path: any format that libsndfile reads (wav, flac, ogg, mp3, aiff, ...); with PyAV, the
            extra ``media``, also m4a, mp4, webm, aac, wma, mka.
        sample_rate_hz: the rate to return, > 0.

    Returns:
        ``(n_samples,)`` float32, at least one sample, all finite.

    Raises:
        DataError: the file is absent, empty, a folder, of an unknown format or cut short, or its
            sound has no samples, values that are not finite, a rate below 1 kHz or above 3 MHz,
            or more than 2**30 samples. A cut is seen where a header says how long the sound
            should be (wav and its kin, aiff, au, flac, m4a) or a frame ends early (mp3); ogg may
            be cut between its pages.
    """
    with stage("decode"):
        sound = decode(path)
    return at_rate(path, sound, sample_rate_hz)


def at_rate(path: Path, sound: Decoded, sample_rate_hz: int) -> Waveform:
    """Resample what was decoded of a file; the second half of ``read_sound``.

    Raises:
        DataError: its values are not finite, or nothing is left of it at that rate.
    """
    waveform = sound.waveform
    if not np.isfinite(waveform).all():
        at = int(np.argmin(np.isfinite(waveform)))
        raise DataError(
            f"{path} holds values that are no sound: {waveform[at]} at sample {at} of "
            f"{len(waveform)}; expected finite values. Export the file again."
        )
    if sound.rate_hz != sample_rate_hz:
        n_after = len(waveform) * sample_rate_hz // sound.rate_hz
        require_bearable(path, n_after, sample_rate_hz)
        with stage("resample"):
            waveform = _resample(path, waveform, sound.rate_hz, sample_rate_hz)
    if len(waveform) == 0:
        raise DataError(
            f"{path} is too short: {len(sound.waveform)} samples at {sound.rate_hz} Hz leave none "
            f"at {sample_rate_hz} Hz; expected at least one. Remove the clip or replace the file."
        )
    return np.ascontiguousarray(waveform, dtype=np.float32)


def _resample(path: Path, waveform: Waveform, native_hz: int, wanted_hz: int) -> Waveform:
    import soxr

    try:
        resampled: Waveform = soxr.resample(waveform, native_hz, wanted_hz, quality="HQ")
    except (RuntimeError, ValueError, MemoryError) as error:
        why = str(error) or type(error).__name__
        raise DataError(
            f"cannot resample {path} from {native_hz} Hz to {wanted_hz} Hz: {why}. Export it at a "
            "common rate (16 or 44.1 kHz), in clips."
        ) from error
    return resampled


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
