"""What systems need is looked for before the first gets ready, and what they lack told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from benchmark.contract import Need, Resources
from benchmark.errors import BenchError, PluginError, UsageError, describe, shown
from benchmark.systems.registry import System


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of all that a system needs.

    Attributes:
        lacks: why it cannot get ready here, a reason each; empty where it can.
        revisions: by name, of which revision what it needs is.
        fetches: bring what is still elsewhere.
    """

    lacks: tuple[str, ...] = ()
    revisions: Mapping[str, str] = field(default_factory=dict)
    fetches: tuple[Callable[[], object], ...] = ()


def look_for_needs(system: System, resources: Resources) -> Found:
    """Look for all that a system needs, as far as it says what that is.

    What its spec says wrongly is a lack, too: it costs this system alone.
    """
    if system.spec.needs is None:
        return Found()
    lacks: list[str] = []
    revisions: dict[str, str] = {}
    fetches: list[Callable[[], object]] = []
    try:
        for need in _listed(system, resources):
            try:
                revision = need.look()
            except BenchError as error:
                lacks.append(str(error))
                continue
            if need.name and revision is not None:
                revisions[need.name] = revision
            if need.fetch is not None:
                fetches.append(need.fetch)
    except BenchError as error:
        lacks.append(str(error))
    return Found(tuple(dict.fromkeys(lacks)), revisions, tuple(fetches))


def require_needs(system: System, resources: Resources) -> Found:
    """Look for all that one system needs.

    Raises:
        UsageError: it lacks something; says what.
    """
    found = look_for_needs(system, resources)
    if found.lacks:
        raise UsageError(tell_lacks({system.name: found.lacks}))
    return found


def tell_lacks(lacks: Mapping[str, Iterable[str]]) -> str:
    """Say what systems lack, a line a reason."""
    lines = [f"  {name}: {lack}" for name, of_system in lacks.items() for lack in of_system]
    whose = "1 system lacks" if len(lacks) == 1 else f"{len(lacks)} systems lack"
    return "\n".join([f"{whose} what is needed here, and nothing was begun:", *lines])


def _listed(system: System, resources: Resources) -> list[Need]:
    assert system.spec.needs is not None
    try:
        needs: list[object] = list(system.spec.needs(resources, system.options))
    except BenchError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{system.spec.name}: needs() raises {describe(error)}; expected what it needs."
        ) from error
    for need in needs:
        if not isinstance(need, Need):
            raise PluginError(f"{system.spec.name}: needs() gave {shown(need)}; expected a Need.")
    return [need for need in needs if isinstance(need, Need)]
