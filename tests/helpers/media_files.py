"""Sounds in the formats that only PyAV writes and reads."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

CODECS = {
    "m4a": ("ipod", "aac"),
    "mp4": ("mp4", "aac"),
    "webm": ("webm", "libopus"),
    "mka": ("matroska", "flac"),
    "aac": ("adts", "aac"),
    "wma": ("asf", "wmav2"),
    "ac3": ("ac3", "ac3"),
}


def write_media(path: Path, samples: np.ndarray, rate_hz: int) -> Path:
    """Write ``(n,)`` or ``(n, 2)`` samples in the format that the suffix names."""
    container_name, codec = CODECS[path.suffix[1:]]
    layout = "mono" if samples.ndim == 1 else "stereo"
    planes = np.ascontiguousarray(np.atleast_2d(samples.T), dtype=np.float32)
    with av.open(str(path), "w", format=container_name) as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        stream.bit_rate = 96_000
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        context = stream.codec_context
        resampler = av.AudioResampler(context.format, context.layout, rate_hz)
        queue = av.AudioFifo()
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            queue.write(piece)
        while (piece := queue.read(context.frame_size or 1024, partial=True)) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path
