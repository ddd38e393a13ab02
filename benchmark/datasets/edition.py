"""Where the files of one version of a data set lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """Where the files of one version of a data set lie.

    Attributes:
        dataset: as labels spell it (``audiocaps@2.0``).
        folders: of captions, below the data root, the most official first.
        how_to_get: see ``DatasetSpec``.
    """

    dataset: str
    folders: tuple[str, ...]
    how_to_get: str
