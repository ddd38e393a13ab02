"""The parser's code and models taken out of archives: jars, or zips that hold such jars."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmark.errors import MissingWeightsError
from benchmark.files import MODELS_CURE, writing
from benchmark.metrics.spice.jars import DAMAGE, NAMED
from benchmark.metrics.spice.parser_sums import (
    CODE,
    CODE_MARK,
    CODE_SHA256,
    MODEL_SUMS,
    code_sum,
)

_BLOCK_BYTES = 1 << 20
_MOST_CODE_BYTES = 1 << 26
"""Of all classes together; the official ones have 18 MB."""
_MOST_CLASSES = 20_000
_MOST_JAR_BYTES = 1 << 30
"""Of a jar within a zip; the official models have 378 MB."""
_MANY_TIMES = 4
"""An entry so much larger than the official one is none of another version, but a trap."""
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Gathering:
    """What has been taken so far; once a part is there, later archives are not asked for it.

    Attributes:
        takes_others: whether content with other sums than the official ones is taken.
        scratch: a folder for jars that lie within zips.
        code: the content of each class by its name; empty as long as there is none.
        models: of each of the eight entries.
        other_sums: of what is not official and was taken, by the name of the entry or ``CODE``.
    """

    takes_others: bool
    scratch: Path
    code: dict[str, bytes] = field(default_factory=dict)
    models: dict[str, bytes] = field(default_factory=dict)
    other_sums: dict[str, str] = field(default_factory=dict)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The parts that are not there yet: ``code``, ``models``."""
        return ("code",) * (not self.code) + ("models",) * (not self.models)

    def take(self, file: Path | IO[bytes], source: str, *, looks_within: bool = True) -> None:
        """Take what is still lacking out of an archive, if it is there.

        Args:
            file: a jar or a zip; it may lie on a server.
            source: what errors call it.
            looks_within: also into jars that the archive holds.

        Raises:
            MissingWeightsError: the archive is damaged, holds a part of the models only, or
                something else than the official content and others are not taken.
        """
        with _damage_told(source), zipfile.ZipFile(file) as archive:
            names = archive.NameToInfo
            if not self.code and CODE_MARK in names:
                self._accept_code(_read_classes(archive, source), source)
            if not self.models and names.keys() & MODEL_SUMS.keys():
                self._accept_models(_read_models(archive, source), source)
            for inner in _jars_within(archive) if looks_within else ():
                if not self.lacks:
                    return
                self._take_within(archive, inner, source)

    def _take_within(self, archive: zipfile.ZipFile, inner: zipfile.ZipInfo, source: str) -> None:
        if inner.file_size > _MOST_JAR_BYTES:
            raise MissingWeightsError(
                f"{inner.filename} in {source} would have {inner.file_size:,} bytes; expected a "
                f"jar of {_MOST_JAR_BYTES:,} at most. It was not unpacked."
            )
        with (
            writing(self.scratch, MODELS_CURE, within=self.scratch),
            tempfile.TemporaryFile(dir=self.scratch) as jar,
        ):
            with archive.open(inner) as content:
                while block := content.read(_BLOCK_BYTES):
                    jar.write(block)
            self.take(jar, f"{inner.filename} in {source}", looks_within=False)

    def _accept_code(self, classes: dict[str, bytes], source: str) -> None:
        found = code_sum({name: _sha256(content) for name, content in classes.items()})
        self._require(CODE, found, CODE_SHA256, source)
        self.code = classes

    def _accept_models(self, models: dict[str, bytes], source: str) -> None:
        for name, content in models.items():
            self._require(name, _sha256(content), MODEL_SUMS[name].sha256, source)
        self.models = models

    def _require(self, name: str, found: str, expected: str, source: str) -> None:
        if found == expected:
            return
        if not self.takes_others:
            raise MissingWeightsError(
                f"{name} of {source} has sha256 {found}; expected {expected}, as in Stanford "
                "CoreNLP 3.6.0. Nothing of it was taken. Use other files, or take these all the "
                "same with --allow-other-sums: every signature then names them."
            )
        self.other_sums[name] = found


def write_jar(path: Path, entries: Mapping[str, bytes]) -> None:
    """Pack entries into a jar: the same bytes for the same entries, wherever they came from."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as jar:
        for name in sorted(entries):
            jar.writestr(zipfile.ZipInfo(name, _DATE), entries[name], zipfile.ZIP_DEFLATED)


@contextmanager
def _damage_told(source: str) -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        raise MissingWeightsError(
            f"{source} is damaged, cut short or no archive: {error}. Get it again."
        ) from error
    except OSError as error:
        raise MissingWeightsError(
            f"cannot read {source}: {error}. Mend its permissions, or get it again."
        ) from error


def _jars_within(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List the jars in a zip, those first that are named like the parser's, the smaller first."""
    jars = [info for info in archive.infolist() if info.filename.endswith(".jar")]

    def rank(info: zipfile.ZipInfo) -> tuple[bool, int]:
        return not info.filename.rpartition("/")[2].startswith(NAMED), info.file_size

    return sorted(jars, key=rank)


def _read_classes(archive: zipfile.ZipFile, source: str) -> dict[str, bytes]:
    classes = [info for info in archive.infolist() if info.filename.endswith(".class")]
    n_bytes = sum(info.file_size for info in classes)
    if n_bytes > _MOST_CODE_BYTES or len(classes) > _MOST_CLASSES:
        raise MissingWeightsError(
            f"{source} would unpack {len(classes):,} classes of {n_bytes:,} bytes; expected "
            f"{_MOST_CODE_BYTES:,} at most. Nothing of it was taken."
        )
    return {info.filename: archive.read(info) for info in classes}


def _read_models(archive: zipfile.ZipFile, source: str) -> dict[str, bytes]:
    models = {}
    for name, expected in MODEL_SUMS.items():
        if (info := archive.NameToInfo.get(name)) is None:
            raise MissingWeightsError(
                f"{source} has no entry {name}; expected all that SPICE reads. Use other files."
            )
        if info.file_size > _MANY_TIMES * expected.n_bytes:
            raise MissingWeightsError(
                f"{name} of {source} would have {info.file_size:,} bytes; expected "
                f"{expected.n_bytes:,}. Nothing of it was taken."
            )
        models[name] = archive.read(info)
    return models


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
