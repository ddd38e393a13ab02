"""Splits of data sets for notebooks, each with its passport."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.contract import Clip, Split
from benchmark.datasets.catalogue import load_split
from benchmark.datasets.passport import Passport, issue_passport
from benchmark.display.escaping import show_controls
from benchmark.machine import places

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Dataset:
    """A split, and what is known of it.

    Attributes:
        split: as captioners' training splits are: references, and a reader of sounds.
        passport: what was found of it here, with the hashes that tell whether two people hold the
            same; ``bench data verify`` also counts what it shares with the training split.
    """

    split: Split
    passport: Passport

    @property
    def label(self) -> str:
        """Its name as commands take it, ``clotho:evaluation``."""
        return str(self.split.label)

    @property
    def references(self) -> Mapping[str, tuple[str, ...]]:
        """What people wrote, by clip, whether or not its sound is here."""
        return self.split.references

    @property
    def clip_ids(self) -> tuple[str, ...]:
        """All clips that the split is expected to hold, sorted."""
        return self.split.clip_ids

    def __len__(self) -> int:
        return len(self.split.references)

    def read_clip(self, clip_id: str, sample_rate_hz: int = 16_000) -> Clip:
        """Decode a clip's sound, resampled: mono, float32.

        Raises:
            DataError: it is not here, or cannot be read.
        """
        return self.split.read_clip(clip_id, sample_rate_hz)

    def to_pandas(self) -> pd.DataFrame:
        """Lay the clips out: a row a clip, its references, and whether its sound is here."""
        import pandas as pd

        clip_ids = self.clip_ids
        columns = {
            "references": [self.references[clip_id] for clip_id in clip_ids],
            "has_sound": [clip_id in self.split.present for clip_id in clip_ids],
        }
        return pd.DataFrame(columns, index=pd.Index(clip_ids, name="clip_id"))

    def __str__(self) -> str:
        return "\n".join(map(show_controls, self.passport.render()))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def load_dataset(name: str, *, data_root: str | Path | None = None) -> Dataset:
    """Load a split and issue its passport.

    Args:
        name: as commands take it: ``clotho:evaluation``, ``folder:PATH:test``, ``soundscapes``.
        data_root: the folder that holds the data sets; else BENCH_DATA, else the platform's.

    Raises:
        UnknownNameError: no such data set or split; names the nearest.
        DataError: files are missing (says which, where, and how to get them) or malformed.
    """
    split = load_split(name, find_data_root(data_root), places.artifacts())
    return Dataset(split, issue_passport(split))


def find_data_root(named: str | Path | None) -> Path:
    """Find the folder of the data sets: the one named, else as commands do."""
    return places.data_root(None if named is None else Path(named))
