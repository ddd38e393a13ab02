"""Types of options that name a place to write, checked before any work."""

from __future__ import annotations

import os
from pathlib import Path

import click

from benchmark.errors import UsageError


class Output(click.Path):
    """A path whose folders are there, or can be made."""

    def __init__(self, *, is_file: bool, makes_folders: bool) -> None:
        super().__init__(path_type=Path, dir_okay=not is_file, file_okay=is_file)
        self._makes_folders = makes_folders

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        option = param.opts[-1] if param is not None else "--out"
        _require_place(path, option, makes_folders=self._makes_folders)
        return path


def out_file(*, makes_folders: bool = False) -> Output:
    """Type an option that names a file to write.

    Args:
        makes_folders: the folders above it are made, as reports of nightly runs need it. Else
            they must be there: who mistypes a path learns it before the work, not after.
    """
    return Output(is_file=True, makes_folders=makes_folders)


def out_folder() -> Output:
    """Type an option that names a folder to write; it is made, with the folders above it."""
    return Output(is_file=False, makes_folders=True)


def _require_place(path: Path, option: str, *, makes_folders: bool) -> None:
    """Check the folders above a path.

    Raises:
        UsageError: one of them is a file, or is not there and is not made.
    """
    above = path.absolute().parent
    nearest = next(folder for folder in (above, *above.parents) if os.path.lexists(folder))
    if not nearest.is_dir():
        raise UsageError(
            f"cannot write {path}: {nearest} is no folder. Name another place with {option}."
        )
    if nearest != above and not makes_folders:
        raise UsageError(
            f"cannot write {path}: there is no folder {path.parent}. Make it, or name another "
            f"place with {option}."
        )
