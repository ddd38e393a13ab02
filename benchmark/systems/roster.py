"""The systems that a run asks for: named ones, and the members of line-ups that can run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmark.contract import CORE, Lineup, Member
from benchmark.errors import UnknownNameError, UsageError
from benchmark.plugins.names import ParsedName, option_types, parse_name, spell_name
from benchmark.systems.lineups import find_lineup
from benchmark.systems.registry import Registry, System

NO_SOUND = "--text-only gives no sound"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A system that a run goes without: a member of a line-up, or one that somebody left out.

    Attributes:
        system_name: what its row would be called.
        lineup: the line-up's name; empty for a system that is left out for itself.
        reason: why it cannot run, without a full stop.
    """

    system_name: str
    lineup: str
    reason: str


class CalledLineup(NamedTuple):
    """A line-up, and options for those of its members that have them, still as text."""

    lineup: Lineup
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Roster:
    """Every system of a run, and what became of the line-ups that were asked for.

    Attributes:
        systems: those of line-ups come first.
        lineup_of: by name of a system that nobody named, the line-up that asks for it.
        left_out: members that cannot run.
    """

    systems: tuple[System, ...]
    lineup_of: Mapping[str, str]
    left_out: tuple[LeftOut, ...] = ()

    def without(self, unable: Sequence[System], reason: str) -> Roster:
        """Leave out members of line-ups.

        Raises:
            UsageError: nothing is left to run.
        """
        names = {system.name for system in unable}
        left_out = (
            *self.left_out,
            *(LeftOut(n, self.lineup_of[n], reason) for n in names_of(unable)),
        )
        systems = tuple(system for system in self.systems if system.name not in names)
        if not systems:
            raise UsageError(f"nothing is left to run. {' '.join(describe_left_out(left_out))}")
        return dataclasses.replace(self, systems=systems, left_out=left_out)

    def named(self, systems: Iterable[System]) -> list[str]:
        """List those of some systems that somebody named, by name."""
        return [system.name for system in systems if system.name not in self.lineup_of]


def names_of(systems: Iterable[System]) -> list[str]:
    return [system.name for system in systems]


def call_lineup(text: str) -> CalledLineup:
    """Read a line-up as a user writes it: ``wsac2023[encoder=tagbridge,preset=mini]``.

    Raises:
        UnknownNameError: there is none of this name.
        UsageError: the text cannot be read.
    """
    parsed = parse_name(text)
    return CalledLineup(find_lineup(parsed.name), parsed.options)


def join_systems(
    lineups: Sequence[CalledLineup],
    named: Sequence[str],
    registry: Registry,
    *,
    text_only: bool = False,
) -> Roster:
    """Find the systems of some line-ups and those named besides, each configuration once.

    Args:
        lineups: their systems come first; those that are not installed are left out.
        named: as a user writes them, options included. One that is repeated among these stays
            repeated, for the plan to refuse.
        registry: what is installed.
        text_only: no sound is given: members that can do without one get the option to.

    Raises:
        UsageError: no plugin of a line-up is installed (the message says what to install), or an
            option's value is not one of a member that has the option.
        UnknownNameError: one of ``named`` is not installed, or no member has an option.
    """
    others = [registry.system(text) for text in named]
    is_named = set(names_of(others))
    joined: dict[str, System] = {}
    lineup_of: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for called in lineups:
        systems, absent = _find_members(called, registry, text_only=text_only)
        left_out += absent
        for system in systems:
            joined.setdefault(system.name, system)
            if system.name not in is_named:
                lineup_of.setdefault(system.name, called.lineup.name)
    besides = [system for system in others if system.name not in joined]
    return Roster((*joined.values(), *besides), lineup_of, tuple(left_out))


def describe_left_out(left_out: Iterable[LeftOut]) -> list[str]:
    """Say in a sentence each what is left out, of line-ups or for itself, for one reason."""
    names: dict[tuple[str, str], list[str]] = {}
    for each in left_out:
        names.setdefault((each.lineup, each.reason), []).append(each.system_name)
    return [
        f"Left out{lineup and f' of {lineup}'}: {', '.join(dict.fromkeys(of_reason))}: {reason}."
        for (lineup, reason), of_reason in names.items()
    ]


def _find_members(
    called: CalledLineup, registry: Registry, *, text_only: bool
) -> tuple[list[System], list[LeftOut]]:
    lineup, given = called
    _require_some_installed(lineup, registry)
    _require_known(called, registry)
    systems: list[System] = []
    left_out: list[LeftOut] = []
    for member in lineup.members:
        if member.name not in registry.claims:
            reason = f"not installed; install {member.distribution}{_tell_broken(registry)}"
            left_out.append(LeftOut(member.name, lineup.name, reason))
            continue
        known = _option_names(member, registry)
        options = {key: text for key, text in given.items() if key in known}
        system = registry.system(spell_name(ParsedName(member.name, options)))
        if text_only and member.without_sound and member.without_sound[0] not in options:
            heard = system
            options |= [member.without_sound]
            system = registry.system(spell_name(ParsedName(member.name, options)))
            reason = f"{NO_SOUND}; {system.name} is asked for in its place"
            left_out.append(LeftOut(heard.name, lineup.name, reason))
        systems.append(system)
    return systems, left_out


def _option_names(member: Member, registry: Registry) -> frozenset[str]:
    claims = registry.claims.get(member.name, ())
    return frozenset(option_types(claims[0][0])) if claims else frozenset()


def _require_known(called: CalledLineup, registry: Registry) -> None:
    known = {key for member in called.lineup.members for key in _option_names(member, registry)}
    for key in called.options:
        if key not in known:
            raise UnknownNameError(f"option of {called.lineup.name}'s systems", key, known)


def _require_some_installed(lineup: Lineup, registry: Registry) -> None:
    brought = [member for member in lineup.members if member.distribution != CORE]
    if any(member.name in registry.claims for member in brought):
        return
    names = ", ".join(member.name for member in brought)
    origins = ", ".join(dict.fromkeys(member.distribution for member in brought))
    raise UsageError(
        f"the line-up {lineup.name} runs {names}, none of which is installed; install "
        f"{origins}{_tell_broken(registry)}."
    )


def _tell_broken(registry: Registry) -> str:
    if not registry.broken:
        return ""
    failed = ", ".join(sorted(plugin.entry_point for plugin in registry.broken))
    return f" (failed to load: {failed}; see `bench plugins doctor`)"
