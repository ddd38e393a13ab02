"""How many sets of captions were scored on a split on this machine: a count, and no names.

Of many systems that equal each other the best looks good by chance, and a test at 5 % finds it
better than another one in twenty times. Whoever reads a table must know how many were tried.

A file a split lies in the cache folder, named by the hash of its references. A line is the hash
of one set of captions and a checksum that binds it to the split, so that a line which was cut,
damaged or copied does not count. The same captions count once, whatever they are called and
however often they are scored. ``BENCH_LOOKS=off`` counts and tells nothing, as in continuous
integration, whose nights choose no system.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from benchmark.errors import MachineError
from benchmark.files import CACHE_CURE, GrowingFile, tell, writing
from benchmark.machine.places import cache_root

FOLDER = "looks"
TELLING = 20
"""So many sets of captions are told: at 5 %, one of twenty that equal each other is called better,
and the best of twenty lies 1.87 standard deviations above their mean."""

_HASH_DIGITS = 32
_CHECKSUM_DIGITS = 16


def is_counting() -> bool:
    """Tell whether sets of captions are counted, and the count is told, in this process."""
    return os.environ.get("BENCH_LOOKS", "").lower() not in ("off", "0", "no", "false")


def note_looks(references_sha256: str, captions_sha256: Iterable[str]) -> None:
    """Count sets of captions that were scored, each that was not before.

    Where the cache cannot be written a line says that they are not counted, and nothing fails.

    Args:
        references_sha256: of the split.
        captions_sha256: of each set of captions; see ``contract.hash_captions``.
    """
    found = list(dict.fromkeys(each[:_HASH_DIGITS] for each in captions_sha256))
    if not (is_counting() and found):
        return
    path = _path(references_sha256)
    try:
        with writing(path, CACHE_CURE):
            path.parent.mkdir(parents=True, exist_ok=True)
        with closing(GrowingFile(path, CACHE_CURE)) as file:
            file.lock()
            known = _read(references_sha256, file.content())
            new = [each for each in found if each not in known]
            if new:
                lines = "".join(f"{_spell(references_sha256, each)}\n" for each in new)
                file.add(b"\n" * file.is_cut + lines.encode())
    except MachineError as error:
        tell(f"how often this split was scored here is not counted: {error}")


def count_looks(references_sha256: str) -> int:
    """Count the sets of captions that were scored on a split on this machine."""
    if not is_counting():
        return 0
    try:
        content = _path(references_sha256).read_bytes()
    except OSError:
        return 0
    return len(_read(references_sha256, content))


def count_damaged(path: Path) -> int:
    """Count the lines of a file of looks that are not what was written."""
    content = path.read_bytes()
    lines = [line for line in content.split(b"\n") if line]
    return len(lines) - sum(_is_whole(path.stem, line) for line in lines)


def _path(references_sha256: str) -> Path:
    return cache_root() / FOLDER / f"{_name(references_sha256)}.txt"


def _name(references_sha256: str) -> str:
    return hashlib.sha256(references_sha256.encode()).hexdigest()[:_HASH_DIGITS]


def _read(references_sha256: str, content: bytes) -> set[str]:
    name = _name(references_sha256)
    lines = (line for line in content.split(b"\n") if _is_whole(name, line))
    return {line[:_HASH_DIGITS].decode() for line in lines}


def _spell(references_sha256: str, captions: str) -> str:
    return f"{captions} {_checksum(_name(references_sha256), captions.encode())}"


def _is_whole(name: str, line: bytes) -> bool:
    captions, _, checksum = line.partition(b" ")
    return len(captions) == _HASH_DIGITS and checksum.decode(errors="replace") == _checksum(
        name, captions
    )


def _checksum(name: str, captions: bytes) -> str:
    return hashlib.sha256(name.encode() + b" " + captions).hexdigest()[:_CHECKSUM_DIGITS]
