"""Sound archives (7z) unpacked beside their captions."""

from __future__ import annotations

import importlib
from pathlib import Path

from benchmark.errors import DataError, MachineError
from benchmark.files import DATA_CURE, folder_beside, move_whole


def unpack(archive: Path, folder: Path) -> int:
    """Unpack a 7z archive; files that are already there stay as they are.

    Everything is unpacked next to the target first and then moved file by file, so a file under
    its own name is always whole.

    Returns:
        How many files were unpacked.

    Raises:
        MachineError: py7zr is not installed, or the folder cannot be written.
        DataError: the archive is broken.
    """
    try:
        py7zr = importlib.import_module("py7zr")
    except ImportError as error:
        raise MachineError(
            f"{archive} is complete but cannot be unpacked without py7zr. Install it (`pip install "
            f"py7zr`) and run this again, or unpack by hand: `7z x {archive} -o{folder}`"
        ) from error
    try:
        with (
            folder_beside(folder / archive.stem, DATA_CURE) as partial,
            py7zr.SevenZipFile(archive) as opened,
        ):
            names = [info.filename for info in opened.list() if not info.is_directory]
            missing = [name for name in names if not (folder / name).exists()]
            if missing:
                opened.extract(path=partial, targets=missing)
            for name in missing:
                move_whole(partial / name, folder / name)
    except py7zr.exceptions.ArchiveError as error:
        raise DataError(f"cannot unpack {archive}: {error}. Delete it and fetch again.") from error
    return len(missing)
