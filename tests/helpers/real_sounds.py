"""The labelled real sounds of the shared folder, decoded."""

from __future__ import annotations

from shared_data import shared_path

from benchmark.contract import Waveform
from benchmark.datasets.audio import read_sound


def real_sound(name: str, sample_rate_hz: int = 16_000) -> Waveform:
    """Read one of the sounds, ``"rain"``, or skip the test where they are absent."""
    return read_sound(shared_path(f"data/sounds/ibm_max/{name}.ogg"), sample_rate_hz)
