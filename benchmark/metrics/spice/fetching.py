"""SPICE's parser fetched: from its makers' places, or from files that the user has."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmark.contract import RemoteFile
from benchmark.errors import BenchError, MachineError, MissingWeightsError
from benchmark.files import (
    MODELS_CURE,
    folder_beside,
    move_whole,
    write_text,
    writing,
    written_folder,
)
from benchmark.machine.downloads import fetch
from benchmark.machine.fetchable import (
    Fetchable,
    FetchOptions,
    Present,
    given_path,
    is_url,
    size_of,
)
from benchmark.machine.places import models_root
from benchmark.machine.progress import progress_bar
from benchmark.machine.ranged import RangedFile, RangesUnknownError
from benchmark.metrics.spice.gathering import Gathering, write_jar
from benchmark.metrics.spice.parser_files import (
    CODE_JAR,
    FETCH_COMMAND,
    MODELS_JAR,
    OTHER_SUMS,
    ParserFiles,
    find_parser_files,
)

_ORIGIN = "ORIGIN.txt"
_ORIGIN_TEXT = """\
Stanford CoreNLP 3.6.0, cut to what SPICE reads: its classes, and eight files of its models.
https://stanfordnlp.github.io/CoreNLP/
Copyright The Board of Trustees of The Leland Stanford Junior University.
Licence: GNU General Public License, version 3 or later."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place that has the parser, or one half of it.

    Attributes:
        urls: addresses of the same file, tried one after another.
        parts: what it holds: ``code``, ``models``.
    """

    urls: tuple[str, ...]
    parts: tuple[str, ...]


_MAVEN = (
    "https://repo1.maven.org/maven2/edu/stanford/nlp/stanford-corenlp/3.6.0",
    "https://repo.maven.apache.org/maven2/edu/stanford/nlp/stanford-corenlp/3.6.0",
)
_ZIP = "stanford-corenlp-full-2015-12-09.zip"
OFFICIAL_SOURCES = (
    Source(tuple(f"{place}/{CODE_JAR}" for place in _MAVEN), ("code",)),
    Source(tuple(f"{place}/{MODELS_JAR}" for place in _MAVEN), ("models",)),
    Source(
        (
            f"https://nlp.stanford.edu/software/{_ZIP}",
            f"https://downloads.cs.stanford.edu/nlp/software/{_ZIP}",
            f"http://nlp.stanford.edu/software/{_ZIP}",
        ),
        ("code", "models"),
    ),
)
"""The makers' releases. Maven's come first: of its jars 16 MB are read, and the zip has 536."""


def fetch_parser(
    given: Sequence[str] = (),
    *,
    allow_other_sums: bool = False,
    sources: Sequence[Source] = OFFICIAL_SOURCES,
) -> tuple[ParserFiles, bool]:
    """Bring the parser onto this machine, cut to what SPICE reads, unless it is there.

    It goes into the folder that BENCH_SPICE_JARS names, else into ``spice`` in the folder of
    models, and appears there only once all sums are right.

    Args:
        given: files, folders or addresses in place of ``sources``: zips, official or cut jars.
        allow_other_sums: take content that is not the official one.
        sources: tried in turn until both halves are there.

    Returns:
        The files, and whether anything was fetched.

    Raises:
        UsageError: a given file is not there.
        MachineError: no source gave it, or the folder cannot be written; says why each failed
            and what to do by hand.
    """
    if (found := _present(allow_other_sums)) is not None:
        return found, False
    target = _target()
    with _scratch(target) as scratch:
        gathering = Gathering(allow_other_sums, scratch)
        if given:
            _gather_given(gathering, given)
        else:
            _gather_official(gathering, sources)
        _store(gathering, target)
    return find_parser_files(target), True


def _present(allow_other_sums: bool) -> ParserFiles | None:
    try:
        found = find_parser_files()
    except MissingWeightsError:
        return None
    return found if found.is_official or allow_other_sums else None


def _target() -> Path:
    named = os.environ.get("BENCH_SPICE_JARS")
    return Path(named).expanduser() if named else models_root() / "spice"


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """Give the folder for downloads; it stays with what is half there, so that that is resumed."""
    folder = target.with_name(f".{target.name}-downloads")
    with writing(folder, MODELS_CURE):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        with suppress(OSError):  # something is half there, or another process uses it
            folder.rmdir()


def _gather_given(gathering: Gathering, given: Sequence[str]) -> None:
    for text in given:
        if is_url(text):
            _gather_remote(gathering, Source((text,), ("code", "models")))
            continue
        path = given_path(text)
        files = [path]
        if path.is_dir():
            files = sorted(each for each in path.iterdir() if each.suffix in (".jar", ".zip"))
        for file in files:
            if gathering.lacks:
                gathering.take(file, str(file))
    if gathering.lacks:
        raise MissingWeightsError(
            f"{', '.join(given)} holds no {' and no '.join(gathering.lacks)} of Stanford CoreNLP "
            f"3.6.0; expected {_ZIP}, or {CODE_JAR} and {MODELS_JAR}, with any names. Name several "
            "with several --from."
        )


def _gather_official(gathering: Gathering, sources: Sequence[Source]) -> None:
    failures = []
    for source in sources:
        if not set(source.parts) & set(gathering.lacks):
            continue
        try:
            _gather_remote(gathering, source)
        except BenchError as error:
            failures.append(str(error))
    if gathering.lacks:
        told = "\n".join(f"  {failure}" for failure in failures)
        raise MachineError(
            f"SPICE's parser could not be had, {' and '.join(gathering.lacks)} are lacking:\n"
            f"{told}\nConnect this machine and run it again, or fetch by hand\n  "
            f"{sources[-1].urls[0]}\nor, less to load,\n  "
            + "\n  ".join(source.urls[0] for source in sources[:-1])
            + f"\nand give it with `{FETCH_COMMAND} --from FILE [--from FILE]`."
        )


def _gather_remote(gathering: Gathering, source: Source) -> None:
    """Take from the first address that has the right content.

    Raises:
        MachineError: none has, with the reason of each.
    """
    failures = []
    for url in source.urls:
        try:
            _take_from(gathering, url)
            return
        except BenchError as error:
            failures.append(str(error))
    raise MachineError("\n  ".join(failures))


def _take_from(gathering: Gathering, url: str) -> None:
    """Take entries of a jar by ranges; a zip of jars, or from a server without ranges, whole."""
    name = Path(urlsplit(url).path).name or "archive.zip"
    if name.endswith(".jar"):
        try:
            with (
                progress_bar(name, None, is_bytes=True) as bar,
                io.BufferedReader(RangedFile(url, bar.advance)) as file,
            ):
                gathering.take(file, url)
                return
        except RangesUnknownError:
            pass
    (path,) = fetch(
        [RemoteFile(name, url, None, most_bytes=8 << 30)],
        gathering.scratch,
        cure=MODELS_CURE,
        advises=False,
    )
    try:
        gathering.take(path, url)
    finally:
        path.unlink()  # what was believed is kept elsewhere, the rest is not worth its place


def _store(gathering: Gathering, target: Path) -> None:
    """Write the two jars; into a folder that is there file by file, else all at once."""
    if target.is_dir():
        with folder_beside(target, MODELS_CURE) as partial:
            _write_files(gathering, partial)
            with writing(target, MODELS_CURE):
                if not gathering.other_sums:
                    (target / OTHER_SUMS).unlink(missing_ok=True)
                for path in sorted(partial.iterdir()):
                    move_whole(path, target / path.name)
        return
    with written_folder(target, MODELS_CURE) as partial:
        _write_files(gathering, partial)


def _write_files(gathering: Gathering, folder: Path) -> None:
    with writing(folder, MODELS_CURE):
        write_jar(folder / CODE_JAR, gathering.code)
        write_jar(folder / MODELS_JAR, gathering.models)
        write_text(folder / _ORIGIN, _ORIGIN_TEXT)
        if gathering.other_sums:
            lines = (f"{sha256}  {name}" for name, sha256 in gathering.other_sums.items())
            write_text(folder / OTHER_SUMS, "\n".join(lines))


def _look(_: FetchOptions) -> Present:
    try:
        found = find_parser_files()
    except BenchError:
        parts = size_of([_target()])
        return Present("partly" if parts else "no", str(_target()), parts)
    folder = str(found.jars[0].parent)
    where = folder if found.is_official else f"{folder}, with other sums that were allowed"
    return Present("yes", where, size_of(found.jars))


def _fetch(options: FetchOptions) -> list[str]:
    files, is_new = fetch_parser(options.given, allow_other_sums=options.allow_other_sums)
    told = [] if is_new else ["SPICE's parser is here already:"]
    if not files.is_official:
        told.append("Its sums are not the official ones; every signature of SPICE says so.")
    return [*told, *map(str, files.jars)]


FETCHABLE = Fetchable(
    name="spice",
    summary="SPICE, SPIDEr, SPIDEr-FL: Stanford's parser and its models",
    licence="GPL-3.0-or-later (Stanford CoreNLP)",
    download_mb=16,
    options=("from", "allow-other-sums"),
    look=_look,
    fetch=_fetch,
)
