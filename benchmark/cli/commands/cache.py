"""``bench cache``: list, check and prune what can be made again."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence

import click

from benchmark.cli.arguments import form_option
from benchmark.cli.terminal import say
from benchmark.display.layout import NO_VALUE, Format
from benchmark.display.tables import Column, Table, render
from benchmark.errors import UsageError
from benchmark.machine.cached import (
    KINDS,
    CachedThing,
    Kind,
    Pruning,
    list_cached,
    remove_cached,
)
from benchmark.machine.places import cache_root, models_root

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_UNITS = ("", "K", "M", "G", "T")
_DAY_S = 86_400.0

_names = click.argument("names", nargs=-1)
_kinds = click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Repeatable."
)


def _read_size(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise click.BadParameter(f"{value!r} is no size; expected a number and a unit, as 20GB.")
    return int(float(match[1]) * 1024 ** _UNITS.index(match[2].upper()))


@click.group(name="cache")
def command() -> None:
    """List, check and prune what lies in the cache folder (BENCH_CACHE).

    All of it can be made again. What a process uses is never removed.
    """


@command.command(name="list")
@_names
@_kinds
@form_option
def list_things(names: tuple[str, ...], kinds: tuple[Kind, ...], form: Format) -> None:
    """List what is kept: its kind, size and days since it was used.

    NAMES are patterns of the shell, such as 'wsac-*'.
    """
    things = _fitting(names, kinds)
    total = sum(thing.n_bytes for thing in things)
    note = f"{_count(len(things))}, {_show_size(total)}."
    say(render([_table(things, [note])], form))


@command.command()
@_names
@_kinds
@form_option
def check(names: tuple[str, ...], kinds: tuple[Kind, ...], form: Format) -> None:
    """Hold all that is kept against its sums. Exit code 1 where something is damaged.

    NAMES are patterns of the shell. Nothing is changed: what is damaged is made again when it is
    next used, or removed with `bench cache prune NAME`.
    """
    from benchmark.cli.cache_checks import find_damage_of

    things = _fitting(names, kinds)
    damages = {thing: find_damage_of(thing) for thing in things}
    damaged = [thing for thing, damage in damages.items() if damage is not None]
    damage_of: Column[CachedThing] = Column(
        "damage", lambda thing: damages[thing] or NO_VALUE, side="left"
    )
    note = f"{len(damaged)} of {_count(len(things))} damaged."
    say(render([_table(damaged, [note], damage_of)], form) if damaged or form != "text" else note)
    if damaged:
        sys.exit(1)


@command.command()
@_names
@_kinds
@click.option(
    "--older-than", "days", type=click.FloatRange(min=0), help="Days since it was last used."
)
@click.option(
    "--down-to",
    "size",
    callback=_read_size,
    metavar="SIZE",
    help="What may stay, as 20GB: what was used last does.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def prune(
    names: tuple[str, ...],
    kinds: tuple[Kind, ...],
    days: float | None,
    size: int | None,
    dry_run: bool,
) -> None:
    """Remove what fits all that is given; what a process uses stays.

    NAMES are patterns of the shell, such as 'wsac-*'. `--kind unfinished` are hours of work that
    would go on where it was stopped.
    """
    if not (names or kinds or days is not None or size is not None):
        raise UsageError(
            "nothing says what to prune. Give names, --kind, --older-than or --down-to; "
            "`bench cache list` shows what there is."
        )
    chosen = Pruning(names, kinds, days, size).choose(list_cached(cache_root(), models_root()))
    n_bytes = 0
    for thing, is_gone in ((thing, True) for thing in chosen) if dry_run else remove_cached(chosen):
        if not is_gone:
            say(f"{thing.name} is used by a process now, and stays.", err=True)
            continue
        say(f"{'would remove' if dry_run else 'removed'} {thing.name}  {_show_size(thing.n_bytes)}")
        n_bytes += thing.n_bytes
    say(f"{_show_size(n_bytes)} {'would be' if dry_run else 'are'} free.")


def _fitting(names: tuple[str, ...], kinds: tuple[Kind, ...]) -> list[CachedThing]:
    from fnmatch import fnmatch

    return [
        thing
        for thing in list_cached(cache_root(), models_root())
        if (not kinds or thing.kind in kinds)
        and (not names or any(fnmatch(thing.name, name) for name in names))
    ]


def _table(
    things: Sequence[CachedThing], notes: Sequence[str], *more: Column[CachedThing]
) -> Table[CachedThing]:
    return Table(
        columns=[
            Column("kind", lambda thing: thing.kind),
            Column("name", lambda thing: thing.name, side="left"),
            Column("size", lambda thing: _show_size(thing.n_bytes), side="right"),
            Column("unused, days", lambda thing: f"{_age_days(thing):.1f}", side="right"),
            Column("in use", lambda thing: "yes" if thing.is_held else NO_VALUE, side="left"),
            *more,
        ],
        rows=things,
        title=f"Cache: {cache_root()}",
        notes=notes,
        name="cache",
        records=[
            {
                "kind": thing.kind,
                "name": thing.name,
                "path": str(thing.path),
                "bytes": thing.n_bytes,
                "unused_days": _age_days(thing),
                "in_use": thing.is_held,
                **{column.header: column.cell(thing) for column in more},
            }
            for thing in things
        ],
    )


def _count(n_things: int) -> str:
    return "1 thing" if n_things == 1 else f"{n_things} things"


def _age_days(thing: CachedThing) -> float:
    return max(0.0, time.time() - thing.used_at) / _DAY_S


def _show_size(n_bytes: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if n_bytes < 1024:
            return f"{n_bytes:.0f} B" if unit == "B" else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1024
    return f"{n_bytes:.1f} TiB"
