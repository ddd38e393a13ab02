"""Checks of what lies in the cache, by its kind."""

from __future__ import annotations

import base64
import csv
import hashlib
from pathlib import Path

from benchmark.errors import MachineError
from benchmark.files import checksum_of
from benchmark.machine.cached import CachedThing


def find_damage_of(thing: CachedThing) -> str | None:
    """Hold a thing against its sums; nothing is changed.

    Returns:
        What is wrong, or None where nothing is, or nothing can be said.
    """
    try:
        if thing.kind == "built":
            from benchmark.artifacts import find_damage

            return find_damage(thing.path, adopts=False, looks_again=True)
        if thing.kind == "embeddings":
            return _damage_of_vectors(thing.path)
        if thing.kind == "kept":
            from benchmark.metrics.kept import count_damage

            n_lines = count_damage(thing.path)
            return f"{n_lines:,} lines are damaged or cut short" if n_lines else None
        if thing.kind == "looks":
            from benchmark.machine.looks import count_damaged

            n_lines = count_damaged(thing.path)
            return f"{n_lines:,} lines are not what was written" if n_lines else None
        if thing.kind == "environment":
            return _damage_of_packages(thing.path)
        if thing.kind == "unfinished":
            return _damage_of_work(thing.path)
    except (OSError, UnicodeError, csv.Error) as error:
        return f"it cannot be read ({getattr(error, 'strerror', None) or error})"
    return None


def _damage_of_vectors(folder: Path) -> str | None:
    from benchmark.embeddings.shards import VectorFiles

    found = [f"{shard}: {damage}" for shard, damage in VectorFiles(folder).damage().items()]
    more = f" and {len(found) - 1:,} more files" if len(found) > 1 else ""
    return f"{found[0]}{more}" if found else None


def _damage_of_packages(folder: Path) -> str | None:
    """Hold an environment's files against the sums that the installer noted of them (PEP 627)."""
    for record in sorted(folder.glob("lib/python*/site-packages/*.dist-info/RECORD")):
        packages = record.parents[1]
        with record.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if len(row) == 3 and row[1]]
        for name, noted, _ in rows:
            algorithm, _, digits = noted.partition("=")
            path = packages / name
            if not path.is_file():
                return f"{name} is missing"
            if algorithm in hashlib.algorithms_guaranteed and _in_base64(path, algorithm) != digits:
                return f"{name} is not what was installed"
    return None


def _in_base64(path: Path, algorithm: str) -> str:
    digest = bytes.fromhex(checksum_of(path, algorithm))
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _damage_of_work(folder: Path) -> str | None:
    if checkpoints := sorted(folder.glob("*.pt")):
        from benchmark.models.training.checkpoint import Checkpoint

        for path in checkpoints:
            try:
                Checkpoint.read(path)
            except MachineError as error:
                return f"{path.name}: {error.__cause__}"
    from benchmark.metrics.bertscore.shards import damaged_notes

    damaged = damaged_notes(folder)
    return f"{damaged[0].name} or its pairs are not what was written" if damaged else None
