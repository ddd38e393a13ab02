"""Who brought what, and what could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Any, NamedTuple

from benchmark.contract import API_VERSION
from benchmark.deprecated import find_new_home
from benchmark.errors import describe, trace_of

FILE_VERSION = "file"
"""What the version of a file begins with; its hash follows."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The distribution that brought something, or the file.

    Attributes:
        distribution: of a file its name.
        version: of a file ``file`` and a hash of it.
        module: that its entry point names.
        file: where a file lies that nobody installed; empty for a distribution.
    """

    distribution: str
    version: str
    module: str = field(default="", compare=False)
    file: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


_MOST_CHARS = 200
"""Of a reason, where it stands beside others."""


class Claim(NamedTuple):
    """What is declared of a thing under its name, and by whom."""

    spec: Any  # a Record
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that works, and what it brings: names by kind (``"system"``, ``"encoder"``)."""

    entry_point: str
    provenance: Provenance
    names: Mapping[str, tuple[str, ...]]
    api: int = API_VERSION

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name, kind by kind."""
        return tuple(name for names in self.names.values() for name in names)


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that could not be used, and why."""

    entry_point: str
    provenance: Provenance
    reason: str
    traceback: str
    imports_moved: bool = False  # it imports a module of the core that has moved

    @property
    def told(self) -> str:
        """Name it with its reason in a line, for messages about something else."""
        first = self.reason.strip().partition("\n")[0].rstrip(".")
        cut = f"{first[:_MOST_CHARS]}..." if len(first) > _MOST_CHARS else first
        return f"{self.entry_point} ({cut})"


def how_to_have(brought_by: str) -> str:
    """Say how what is not here now is had, from how a record spells its ``Provenance``."""
    name, is_of_file, _ = brought_by.partition(f" {FILE_VERSION} ")
    if is_of_file:
        return f"name that file before the command, as `bench --plugin ./{name} ...`"
    return "install it"


def provenance_of(entry: EntryPoint) -> Provenance:
    if entry.dist is None:
        return Provenance(entry.value, "unknown", entry.module)
    return Provenance(entry.dist.name, entry.dist.version, entry.module)


def describe_broken(entry: EntryPoint, error: BaseException) -> BrokenPlugin:
    """Say why a plugin cannot be used."""
    return broken_by(error, entry.name, provenance_of(entry))


def broken_by(error: BaseException, entry_point: str, provenance: Provenance) -> BrokenPlugin:
    """Say why a plugin cannot be used, whatever brought it."""
    reason = describe(error)
    home = find_new_home(error)
    if home is not None:
        reason += f"; since API {API_VERSION} it is in {home}"
    return BrokenPlugin(
        entry_point, provenance, reason, trace_of(error), imports_moved=home is not None
    )
