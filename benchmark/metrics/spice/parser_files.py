"""Stanford's parser on this machine: told by content, believed by the sums of what decides."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import BenchError, MachineError, MissingWeightsError
from benchmark.machine.places import cache_root, models_root
from benchmark.metrics.java import pycocoevalcap_file
from benchmark.metrics.spice.jars import FoundJars, find_jars, sums_of
from benchmark.metrics.spice.parser_sums import unlike_official

FETCH_COMMAND = "bench fetch spice"
CODE_JAR = "stanford-corenlp-3.6.0.jar"
MODELS_JAR = "stanford-corenlp-3.6.0-models.jar"
JAR_NAMES = (CODE_JAR, MODELS_JAR)
"""As their makers call them, and as they are fetched; others are told by what they hold."""
OTHER_SUMS = "OTHER_SUMS"
"""A file beside the jars, lines of ``SHA256  NAME``: sums that the user allowed though they are not
the official ones. Only these: a bit that flips later is still found."""
_FINGERPRINT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ParserFiles:
    """The parser's jars on this machine.

    Attributes:
        jars: Stanford's code and its models, for Java's class path; one where it holds both.
        sums: the sha256 of each entry of the models that decides a number, by its name, and of the
            code (``parser_sums.CODE``).
        is_official: whether all sums are those of CoreNLP 3.6.0 as its makers released it; others
            are here only where the user allowed them.
        fingerprint: 12 hex digits over all sums.
    """

    jars: tuple[Path, ...]
    sums: Mapping[str, str]
    is_official: bool
    fingerprint: str


def find_parser_files(folder: Path | None = None) -> ParserFiles:
    """Find the parser's jars, whatever they are called, and check what decides in them.

    Args:
        folder: the one to look into; by default the one that BENCH_SPICE_JARS names, else
            ``spice`` in the folder of models, in the cache, and where pycocoevalcap unpacks them.

    Raises:
        MissingWeightsError: they are nowhere or not all there, they are damaged, or an entry is
            another than the official one and nobody allowed it. Names ``bench fetch spice``.
        MachineError: BENCH_SPICE_JARS names no folder.
    """
    places = [folder] if folder is not None else list(_places())
    looked_at = []
    for place in places:
        # What was fetched comes before whatever else lies there, of another version perhaps.
        jars = sorted(place.glob("*.jar"), key=lambda jar: (jar.name not in JAR_NAMES, jar.name))
        found = find_jars(jars)
        if found.code is not None and found.models is not None:
            return _checked(place, found.code, found.models)
        looked_at.append(f"{place} ({_what_lacks(found)})")
    raise MissingWeightsError(
        "SPICE's parser (Stanford CoreNLP 3.6.0: its code and its models) is not on this machine. "
        f"Looked into {', '.join(looked_at)}. Get it with `{FETCH_COMMAND}`, or from files that "
        f"you have with `{FETCH_COMMAND} --from FILE_OR_FOLDER`."
    )


def _places() -> Iterator[Path]:
    if named := os.environ.get("BENCH_SPICE_JARS"):
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise MachineError(
                f"BENCH_SPICE_JARS={named} is not a folder. Make it, or unset the variable."
            )
        yield folder
        return
    yield models_root() / "spice"
    yield cache_root() / "spice"
    try:
        yield pycocoevalcap_file("spice/lib")
    except BenchError:  # an installation without pycocoevalcap can still hold the parser
        return


def _checked(folder: Path, code: Path, models: Path) -> ParserFiles:
    try:
        sums = sums_of(code, models)
    except MissingWeightsError as error:
        raise MissingWeightsError(
            f"{error} Remove it and fetch the parser again with `{FETCH_COMMAND}`."
        ) from error
    others = list(unlike_official(sums))
    allowed = _allowed(folder) if others else {}
    for name, sha256, expected in others:
        if allowed.get(name) != sha256:
            raise MissingWeightsError(
                f"{name} in {folder} has sha256 {sha256}; expected {expected}, as in Stanford "
                f"CoreNLP 3.6.0. Fetch the official one with `{FETCH_COMMAND}`, or allow this one, "
                f"which every signature then names, with `{FETCH_COMMAND} --from {folder} "
                "--allow-other-sums`."
            )
    return ParserFiles(
        jars=tuple(dict.fromkeys((code, models))),
        sums=sums,
        is_official=not others,
        fingerprint=fingerprint_of(sums),
    )


def fingerprint_of(sums: Mapping[str, str]) -> str:
    """Shorten all sums to 12 hex digits."""
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    return hashlib.sha256(lines.encode()).hexdigest()[:_FINGERPRINT_DIGITS]


def _allowed(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / OTHER_SUMS).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.split(maxsplit=1) for line in lines)
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


def _what_lacks(found: FoundJars) -> str:
    if found.damaged:
        return f"{found.damaged[0].name} is damaged or cut short"
    if found.code is None and found.models is None:
        return "nothing of it"
    return "no models" if found.models is None else "no code"
