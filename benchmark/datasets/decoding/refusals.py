"""How it is told that a sound cannot be read."""

from __future__ import annotations

from pathlib import Path

from benchmark.errors import DataError

MOST_SAMPLES = 1 << 30
"""Of one sound, at its own rate and at the one that is asked for; 4 GiB each."""
LOWEST_HZ = 1_000
HIGHEST_HZ = 3_072_000
"""Rates beyond these are slips of a header: nothing that a caption could be about is left."""


def cut_short(path: Path, actual: str, expected: str) -> DataError:
    """Say that less is there than a header promises."""
    return DataError(
        f"{path} is cut short: {actual}, but its header promises {expected}. "
        "Fetch or export the file again."
    )


def undecodable(path: Path, why: str) -> DataError:
    """Say that a decoder gave up, and why."""
    return DataError(
        f"cannot decode {path}: {why.rstrip('.')}. Expected a whole audio file "
        "(wav, flac, ogg, mp3); it may be cut or of another format. Fetch or export it again."
    )


def require_rate(path: Path, rate_hz: int) -> None:
    """Refuse rates that no sound has.

    Raises:
        DataError: it is one.
    """
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        raise DataError(
            f"{path} says that it has {rate_hz:,} samples a second; expected {LOWEST_HZ:,} to "
            f"{HIGHEST_HZ:,}. Its header is wrong: export the file again."
        )


def require_bearable(path: Path, n_samples: int, rate_hz: int) -> None:
    """Refuse lengths that would not fit into memory.

    Raises:
        DataError: it is one.
    """
    if n_samples > MOST_SAMPLES:
        raise DataError(
            f"{path} holds more than {MOST_SAMPLES:,} samples ({MOST_SAMPLES / rate_hz / 3600:.1f} "
            f"hours at {rate_hz:,} Hz); expected a clip. Cut it into clips."
        )
