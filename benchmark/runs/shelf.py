"""Decoded sounds on disk, so that processes of one run decode each of them once."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmark.contract import Waveform
from benchmark.files import parse_json, spell_json

_HEAD_BYTES = 256
BUDGET_BYTES = 512 * 2**20


class Shelved(NamedTuple):
    """A decoded sound, the hash of what it sounds like, and the seconds that decoding it took."""

    waveform: Waveform
    content: str
    read_s: float


class Shelf:
    """A folder of decoded sounds, up to a budget; many processes may use it at once.

    It is a convenience: what cannot be written or read is decoded again.
    """

    def __init__(self, folder: Path, *, budget_bytes: int = BUDGET_BYTES) -> None:
        """Take a folder.

        Args:
            folder: is there, and removed by who made it.
            budget_bytes: of all sounds in it.
        """
        self.folder = folder
        self._budget_bytes = budget_bytes
        self._left_bytes: int | None = None  # what others put there meanwhile counts, too

    def take(self, clip_id: str, sample_rate_hz: int) -> Shelved | None:
        """Read a sound that a process put there; None where none did."""
        try:
            with self._path(clip_id, sample_rate_hz).open("rb") as file:
                head = parse_json(file.read(_HEAD_BYTES))
                waveform = np.frombuffer(file.read(), dtype=np.float32)  # cannot be written to
            if len(waveform) != head["n_samples"]:
                return None
            return Shelved(waveform, str(head["content"]), float(head["read_s"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, clip_id: str, sample_rate_hz: int, sound: Shelved) -> None:
        """Keep a sound, if there is room."""
        n_bytes = _HEAD_BYTES + sound.waveform.nbytes
        if self._left_bytes is None:
            self._left_bytes = self._budget_bytes - self._taken_bytes()
        if n_bytes > self._left_bytes:
            return
        n_samples = len(sound.waveform)
        head = spell_json(
            {"content": sound.content, "read_s": sound.read_s, "n_samples": n_samples}
        ).encode()
        path = self._path(clip_id, sample_rate_hz)
        partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            with partial.open("wb") as file:
                file.write(head.ljust(_HEAD_BYTES))
                file.write(sound.waveform.tobytes())
            partial.replace(path)
            self._left_bytes -= n_bytes
        except OSError:  # a full disk, for one thing
            self._left_bytes = 0
            with suppress(OSError):
                partial.unlink()

    def _taken_bytes(self) -> int:
        try:
            return sum(path.stat().st_size for path in self.folder.iterdir())
        except OSError:
            return self._budget_bytes

    def _path(self, clip_id: str, sample_rate_hz: int) -> Path:
        named = hashlib.sha256(os.fsencode(f"{sample_rate_hz}:{clip_id}")).hexdigest()[:32]
        return self.folder / named
