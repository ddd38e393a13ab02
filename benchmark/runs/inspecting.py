"""Sealed runs held against their seals: what was edited since, file by file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from benchmark.errors import RunError
from benchmark.files import read_json, sha256_of
from benchmark.runs.folder import RunFolder
from benchmark.runs.seals import SEALED, Digest, Integrity, Seal, read_seal

_FIRST_WITH_SEAL = 3
"""Schema of manifests; earlier ones have none."""


def inspect_folder(
    folder: RunFolder, ledger: Digest | None = None, *, but: Collection[str] = ()
) -> Integrity:
    """Hold a run's files against its seal.

    Of one that was taken up again and is not finished, the last seal says what its ledger begins
    with.

    Args:
        folder: of the run.
        ledger: the hash of its ledger, where that was read already.
        but: names of files that nobody will read.

    Raises:
        RunError: the seal cannot be read.
    """
    path = folder.manifest_path
    if (is_finished := path.is_file()) or (path := folder.former_manifest_path).is_file():
        record = read_json(path)
    else:
        return SEALED  # never sealed: nothing of it is promised yet
    seal, edits = read_seal(record, path)
    if seal is None:
        is_older = record.get("schema") in range(1, _FIRST_WITH_SEAL)
        return Integrity(False, () if is_older else (f"{path.name} has lost its seal",))
    if is_finished:
        edits += _edited_files(folder, seal, ledger, but)
    elif _hash_start(folder.ledger_path, seal.n_ledger_bytes) != seal.files.get("ledger.jsonl"):
        edits.append("ledger.jsonl begins otherwise than what was sealed")
    return Integrity(True, tuple(dict.fromkeys(edits)))


def _edited_files(
    folder: RunFolder, seal: Seal, ledger: Digest | None, but: Collection[str]
) -> Iterator[str]:
    paths = {
        "plan.json": folder.plan_path,
        "ledger.jsonl": folder.ledger_path,
        "scores.json": folder.scores_path,
        "statistics.json": folder.statistics_path,
        "per_clip.csv": folder.per_clip_path,
    }
    for name, path in paths.items():
        if name in but:
            continue
        if name not in seal.files:
            if path.is_file():
                yield f"{name} was not sealed"
        elif not path.is_file():
            yield f"{name} is gone"
        elif (_hash(path) if ledger is None or name != "ledger.jsonl" else ledger.sha256) != (
            seal.files[name]
        ):
            yield f"{name} holds something else than was sealed"


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise RunError(
            f"cannot read {path}: {error.strerror or error}. Mend that, or name another run."
        ) from error


def _hash_start(path: Path, n_bytes: int) -> str:
    """Hash the first bytes of a file, all of it where it is shorter."""
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as file:
            while n_bytes > 0 and (block := file.read(min(n_bytes, 1 << 22))):
                digest.update(block)
                n_bytes -= len(block)
    return digest.hexdigest()
