"""Which sound file belongs to which clip."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.contract import Clip
from benchmark.datasets.audio import read_sound
from benchmark.errors import DataError, listed


@dataclass(frozen=True, slots=True)
class Sounds:
    """The sound files that were found for a split.

    Attributes:
        paths: clip id to file, only for clips whose file exists.
        folders: where files were looked for; named in errors.
    """

    paths: Mapping[str, Path]
    folders: tuple[Path, ...]

    @property
    def present(self) -> frozenset[str]:
        return frozenset(self.paths)

    def read_clip(self, clip_id: str, sample_rate_hz: int) -> Clip:
        """Decode one clip; nothing is kept.

        Raises:
            DataError: the clip has no sound file, or one that cannot be read.
        """
        path = self.paths.get(clip_id)
        if path is None:
            places = listed([str(folder) for folder in self.folders])
            raise DataError(
                f"no sound for clip {clip_id!r}; expected a file in one of {places}. "
                "`bench data verify` lists what is missing."
            )
        return Clip(clip_id, read_sound(path, sample_rate_hz), sample_rate_hz)


def index_files(folders: Iterable[Path]) -> dict[str, Path]:
    """Map the name of every file directly in ``folders`` to its folder; the first folder wins.

    Each folder is read once: asking the disk for 49,838 clips in six spellings would take minutes
    on a network drive. Folders that do not exist are passed over.

    Raises:
        DataError: a folder exists but may not be read.
    """
    index: dict[str, Path] = {}
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_file():
                        index.setdefault(entry.name, folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise DataError(
                f"cannot list {folder}: {error.strerror}; expected a readable folder of sounds."
            ) from error
    return index
