"""Jars told by what they hold, whatever they are called, and read to the last byte."""

from __future__ import annotations

import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from benchmark.errors import MissingWeightsError
from benchmark.metrics.spice.parser_sums import CODE, CODE_MARK, MODEL_SUMS, code_sum

_BLOCK_BYTES = 1 << 20
NAMED = "stanford-corenlp"
"""Files so named are expected to be jars: one that cannot be opened is damaged, not foreign."""
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What reading a damaged archive can raise, beside an ``OSError``."""


@dataclass(frozen=True, slots=True)
class FoundJars:
    """What a folder has of SPICE's parser.

    Attributes:
        code: the jar with the parser's classes; None where none has them.
        models: the jar with the eight entries that decide, or some of them; None likewise.
        damaged: files that are named like the parser's jars and are no archives.
    """

    code: Path | None
    models: Path | None
    damaged: tuple[Path, ...] = ()


def find_jars(files: Iterable[Path]) -> FoundJars:
    """Look into files for the parser's code and its models; the first that holds them counts."""
    code = models = None
    damaged = []
    for path in files:
        try:
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
        except (OSError, *DAMAGE):
            if path.name.startswith(NAMED):
                damaged.append(path)
            continue
        if code is None and CODE_MARK in names:
            code = path
        if models is None and names & MODEL_SUMS.keys():
            models = path
    return FoundJars(code, models, tuple(damaged))


def sums_of(code: Path, models: Path) -> Mapping[str, str]:
    """Hash what decides in two jars: the sha256 by the names of the eight entries, and of ``CODE``.

    Raises:
        MissingWeightsError: a jar is damaged, or an entry is not in it.
    """
    sums = dict(_sums_of_jar(models, models.stat().st_mtime_ns, False))
    if absent := [name for name in MODEL_SUMS if name not in sums]:
        raise MissingWeightsError(f"{models} has no entry {absent[0]}; expected SPICE's models.")
    classes = dict(_sums_of_jar(code, code.stat().st_mtime_ns, True))
    return sums | {CODE: code_sum(classes)}


@lru_cache(maxsize=16)
def _sums_of_jar(path: Path, _mtime_ns: int, is_code: bool) -> tuple[tuple[str, str], ...]:
    """Hash the classes of a jar, or those of the eight entries that it has.

    Asked for the same file twice in a process, it is read once.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                name
                for name in archive.namelist()
                if (name.endswith(".class") if is_code else name in MODEL_SUMS)
            ]
            if len(set(names)) < len(names):
                raise zipfile.BadZipFile("it holds an entry twice")
            return tuple((name, _sum_of_entry(archive, name)) for name in names)
    except (OSError, *DAMAGE) as error:
        raise MissingWeightsError(f"{path} is damaged: {error}.") from error


def _sum_of_entry(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as entry:
        while block := entry.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
