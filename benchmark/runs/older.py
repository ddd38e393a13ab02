"""Files that earlier versions wrote, brought to the form of today while they are read.

One function for each step from a schema to the next; nothing that was ever written is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from benchmark.errors import RunError

Unread = Mapping[str, object]
"""A file's content before it is known to be anything: its types are checked after this."""

Step = Callable[[Unread], Unread]

_NAMES = (
    *("aac-bench", "tok", "length", "beta", "n", "sigma", "idf", "model", "weights", "layer"),
    *("rescaled", "meteor", "lang", "norm", "spice", "threshold", "refs", "clips", "folds"),
)
_BETWEEN_PARTS = re.compile(rf"\|(?=(?:{'|'.join(_NAMES)}):)")
"""A bar that a known name follows: a folder's path, which stood in signatures, may hold others."""


def upgrade(record: Unread, where: object, schema: int, steps: Mapping[int, Step]) -> Unread:
    """Bring a record to the schema of today.

    Args:
        record: with its ``schema``.
        where: names the file in messages.
        schema: the one of today.
        steps: from each earlier schema to the next.

    Raises:
        RunError: the schema is none, or of a later version.
    """
    version = record.get("schema")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise RunError(
            f"{where}: schema {version!r}; expected a number from 1 to {schema}. The file was "
            "changed by something else; restore it, or make it anew."
        )
    if version > schema:
        raise RunError(
            f"{where}: schema {version} is of a later aac-bench; this one reads up to {schema}. "
            "Install the version that wrote it."
        )
    try:
        for number in range(version, schema):
            record = {**steps[number](record), "schema": number + 1}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RunError(
            f"{where}: not what aac-bench wrote with schema {version} ({error!r}). The file was "
            "changed by something else; restore it, or make it anew."
        ) from error
    return record


def plan_from_1(record: Unread) -> Unread:
    """Name line-ups and timed clips as they are named today."""
    names = {"n_profiled": "n_timed", "suites": "lineups"}
    return {names.get(name, name): part for name, part in record.items()}


def scores_from_1(record: Unread, dataset: str, references_name: str) -> Unread:
    """Take signatures apart, which were one line each and held a folder's path.

    Args:
        record: the scores.
        dataset: as the plan spells it, with its split.
        references_name: what signatures call its references today.
    """
    renamed = (f"|idf:{dataset},", f"|idf:{references_name},")

    def convert_cell(_: str, cell: Unread) -> Unread:
        return {**cell, "signature": _signature(cell["signature"], renamed)}

    def convert_system(_: str, system: Unread) -> Unread:
        return {**system, "metrics": _convert_each(system["metrics"], convert_cell)}

    return {"systems": _convert_each(record["systems"], convert_system)}


def manifest_from_1(record: Unread, trained_on: Mapping[str, tuple[str, ...]]) -> Unread:
    """Add what the first manifests did not hold.

    Args:
        record: the manifest.
        trained_on: by system what the plan says of it.
    """

    def convert(name: str, system: Unread) -> Unread:
        disclosed = trained_on.get(name, ())
        return {"facts": {}, "latency": None, "trained_on": disclosed, **system}

    systems = _convert_each(record["systems"], convert)
    return {"machine": None, "peak_rss_mib": None, "failures": {}, **record, "systems": systems}


def run_file_from_1(record: Unread) -> Unread:
    """Put timed calls beside the captions, and name the baseline before as it is named today."""
    acceptance = record["acceptance"]
    calls: object = {}
    if isinstance(acceptance, Mapping):
        accepted = dict(acceptance)
        calls = accepted.pop("calls", {})
        accepted["after"] = accepted.pop("from", None)
        acceptance = accepted
    return {**record, "acceptance": acceptance, "calls": calls}


def with_seal(record: Unread) -> Unread:
    """Pass on what was never sealed: its numbers are spelt as today's."""
    return record


def _convert_each(parts: object, convert: Callable[[str, Unread], Unread]) -> object:
    """Convert each object in an object; leave anything else for the check of types."""
    if not isinstance(parts, Mapping):
        return parts
    return {
        name: convert(name, part) if isinstance(part, Mapping) else part
        for name, part in parts.items()
    }


def _signature(line: object, renamed: tuple[str, str]) -> object:
    if not isinstance(line, str):
        return line
    metric, *parts = _BETWEEN_PARTS.split(line.replace(*renamed))
    return {"metric": metric, "parts": [part.split(":", 1) for part in parts]} if line else None
