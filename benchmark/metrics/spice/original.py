"""SPICE 1.0: captions compared as scene graphs (Anderson et al. 2016).

pycocoevalcap carries SPICE without Stanford's parser and its models, which each user has to fetch.
On Java 15 and later it also needs a JavaScript engine, through which it writes its result.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import BenchError, MachineError
from benchmark.machine.places import cache_root
from benchmark.metrics.java import find_java, java_version, pycocoevalcap_file, run_java

_PARSER_JARS = {
    "stanford-corenlp-3.6.0.jar": "edu.stanford.nlp:stanford-corenlp:3.6.0",
    "stanford-corenlp-3.6.0-models.jar": "edu.stanford.nlp:stanford-corenlp:3.6.0:models",
}
_SCRIPT_JARS = "nashorn-core-*.jar"
_LAST_JAVA_WITH_SCRIPTS = 14
_OPENED_PACKAGES = (
    *(f"java.base/java.{name}" for name in ("lang", "util", "math", "text", "net", "nio", "time")),
    "java.base/sun.nio.ch",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.sql/java.sql",
)
"""Packages that SPICE's cache of parses reads, and that Java 9 and later keep closed."""

_MAX_HEAP_MIB = 8192


def spice_unavailable() -> str | None:
    """Say what SPICE lacks on this machine and where it goes; None where nothing is missing."""
    try:
        folders = _jar_folders()
        modern = _java_major() > _LAST_JAVA_WITH_SCRIPTS
    except BenchError as error:
        return str(error)
    missing = [
        f"{name} (Maven {coordinates})"
        for name, coordinates in _PARSER_JARS.items()
        if not _holds(folders, name)
    ]
    if modern and not _holds(folders, _SCRIPT_JARS):
        missing.append(
            f"{_SCRIPT_JARS} and the asm jars it needs (Maven org.openjdk.nashorn:nashorn-core:15.4"
            f"), or a Java of version 8 to {_LAST_JAVA_WITH_SCRIPTS} named with BENCH_JAVA"
        )
    if not missing:
        return None
    return (
        f"SPICE needs {'; '.join(missing)}. Put the jars into {folders[0]}, "
        "or name a folder that holds them with BENCH_SPICE_JARS."
    )


def spice(
    candidates: Sequence[str],
    references: Sequence[Sequence[str]],
    heap_mib: int | None = None,
) -> NDArray[np.float64]:
    """Score one candidate per clip against that clip's references.

    The first run parses every distinct sentence, which takes minutes; parses are kept under the
    cache folder for the next one. The corpus score is the mean.

    Args:
        candidates: one tokenised text for each clip.
        references: one or more tokenised texts for each clip.
        heap_mib: Java's memory; by default 8 GiB, or three quarters of what the machine has.

    Returns:
        F1 over scene-graph tuples for each clip, from 0 to 1, shape ``(n_clips,)``.

    Raises:
        ValueError: candidates and references differ in number.
        MachineError: SPICE is not available, or Java fails; holds the end of what it said.
    """
    if reason := spice_unavailable():
        raise MachineError(reason)
    task = [
        {"image_id": clip, "test": candidate, "refs": list(several)}
        for clip, (candidate, several) in enumerate(zip(candidates, references, strict=True))
    ]
    with tempfile.TemporaryDirectory(prefix="bench-spice-") as name:
        folder = Path(name)
        (folder / "captions.json").write_text(json.dumps(task), encoding="ascii")
        run_spice(folder, heap_mib or _default_heap_mib())
        return read_scores(folder / "scores.json", len(task))


def run_spice(folder: Path, heap_mib: int) -> None:
    """Run SPICE on ``captions.json`` in a folder; it leaves ``scores.json`` there.

    Raises:
        MachineError: Java fails; holds the end of what it said.
    """
    parses = cache_root() / "spice-cache"
    parses.mkdir(parents=True, exist_ok=True)
    opened = [f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED_PACKAGES]
    jars = [pycocoevalcap_file("spice/spice-1.0.jar"), *(jars / "*" for jars in _jar_folders())]
    command: list[str | Path] = [
        *(opened if _java_major() >= 9 else []),
        f"-Xmx{heap_mib}m",
        "-cp",
        os.pathsep.join(map(str, jars)),
        "edu.anu.spice.SpiceScorer",
        folder / "captions.json",
        *("-out", folder / "scores.json"),
        *("-cache", parses),
        "-silent",
    ]
    run_java(command, b"", "SPICE")


def read_scores(path: Path, n_clips: int) -> NDArray[np.float64]:
    """Read what SPICE wrote: a list of ``{"image_id": 0, "scores": {"All": {"f": 0.5}}}``.

    Raises:
        MachineError: there is no such list, or not one entry for each clip.
    """
    try:
        items = json.loads(path.read_text("utf-8"))
        score_by_clip = {item["image_id"]: item["scores"] for item in items}
        scores = [_f_score(score_by_clip[clip]) for clip in range(n_clips)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MachineError(
            f"SPICE left no scores for {n_clips} clips in {path}: {error!r}. "
            "Remove its cache of parses under the cache folder and try again."
        ) from error
    return np.array(scores, np.float64)


def _f_score(scores: Mapping[str, Mapping[str, float | None]]) -> float:
    value = scores["All"]["f"]
    return math.nan if value is None else float(value)


def _jar_folders() -> list[Path]:
    if named := os.environ.get("BENCH_SPICE_JARS"):
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise MachineError(f"BENCH_SPICE_JARS={named} is not a folder.")
        return [folder]
    return [cache_root() / "spice", pycocoevalcap_file("spice/lib")]


def _holds(folders: Sequence[Path], pattern: str) -> bool:
    return any(path for folder in folders for path in folder.glob(pattern))


def _java_major() -> int:
    first, *rest = java_version(find_java()).replace("-", ".").split(".")
    return int(rest[0] if first == "1" else first)


def _default_heap_mib() -> int:
    try:
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on this platform
        return _MAX_HEAP_MIB
    return min(_MAX_HEAP_MIB, memory_bytes * 3 // 4 >> 20)
