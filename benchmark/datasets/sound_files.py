"""The sound files of a split's clips."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from benchmark.contract import Clip, ClipClusters, References, Split, SplitLabel
from benchmark.datasets.audio import read_sound
from benchmark.datasets.sound_search import Found, Place, describe_found, find_sounds
from benchmark.errors import DataError, listed


@dataclass(frozen=True, slots=True)
class Sounds:
    """The sound files that were found for a split.

    Attributes:
        found: which file is whose, and what else lies there.
        folders: where files were looked for; named in errors.
        clip_ids: of all clips of the split.
    """

    found: Found
    folders: tuple[Path, ...]
    clip_ids: Collection[str] = ()

    @staticmethod
    def find(places: Sequence[Place], folders: tuple[Path, ...], clips: Collection[str]) -> Sounds:
        """Look for the sounds of some clips.

        Args:
            places: where to look, and how names are read there.
            folders: where they are expected, for errors.
            clips: the ids of all of them.

        Raises:
            DataError: a folder exists but may not be read.
        """
        return Sounds(find_sounds(places), folders, clips)

    @property
    def paths(self) -> Mapping[str, Path]:
        """Clip id to file, only for clips that have one."""
        return self.found.paths

    @property
    def present(self) -> frozenset[str]:
        return frozenset(self.paths)

    def survey(self) -> list[str]:
        """Tell what else lies where sounds were looked for, a line for each thing."""
        return describe_found(self.found, self.clip_ids)

    def as_split(
        self,
        label: SplitLabel,
        references: References,
        aliases: Mapping[str, str] = MappingProxyType({}),
        clusters: ClipClusters | None = None,
    ) -> Split:
        """Make a split of these sounds.

        Args:
            label: its name.
            references: of all its clips, those without a sound among them.
            aliases: other spellings of clip ids.
            clusters: which of them belong together, where that is known.
        """
        return Split(
            label.dataset,
            label.split,
            references,
            self.present,
            self.read_clip,
            aliases,
            files=self.paths,
            survey=self.survey,
            clusters=clusters,
        )

    def read_clip(self, clip_id: str, sample_rate_hz: int) -> Clip:
        """Decode one clip; nothing is kept.

        Raises:
            DataError: the clip has no sound file, or one that cannot be read.
        """
        path = self.paths.get(clip_id)
        if path is None:
            raise DataError(self._why_missing(clip_id))
        return Clip(clip_id, read_sound(path, sample_rate_hz), sample_rate_hz)

    def _why_missing(self, clip_id: str) -> str:
        if files := self.found.unclear.get(clip_id):
            names = listed([str(file) for file in files])
            return f"the clip {clip_id!r} has files that differ: {names}. Keep one of them."
        places = listed([str(folder) for folder in self.folders])
        return (
            f"no sound for clip {clip_id!r}; expected a file in one of {places}. "
            "`bench data verify` lists what is missing."
        )
