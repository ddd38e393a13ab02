"""The parser's real jars, packed anew: other names, other order, other compression, other bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from shared_data import shared_path

CODE_JAR = "stanford-corenlp-3.6.0.jar"
MODELS_JAR = "stanford-corenlp-3.6.0-models.jar"


def parser_jars() -> Path:
    """Return the folder of the shared data that holds the code and the cut models."""
    return shared_path("data/models/spice")


def repack(
    jar: Path,
    target: Path,
    *,
    method: int = zipfile.ZIP_DEFLATED,
    prefix: str = "",
    others: Mapping[str, bytes] | None = None,
    without: str = "",
) -> Path:
    """Pack a jar's entries anew, in reverse order and dated 1980, with no manifest.

    Args:
        jar: what is read.
        target: what is written.
        method: of compression.
        prefix: put before every name.
        others: content of entries to add or to put in the place of those of that name.
        without: an entry to leave out.
    """
    others = others or {}
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(target, "w", method, compresslevel=1) as new:
        for name in reversed(old.namelist()):
            if name.startswith("META-INF") or name in others or name == without:
                continue
            new.writestr(zipfile.ZipInfo(prefix + name), old.read(name), method)
        for name, content in others.items():
            new.writestr(zipfile.ZipInfo(prefix + name), content, method)
    return target


def flip_byte(path: Path, at: int) -> None:
    """Turn all bits of one byte of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0xFF]))
