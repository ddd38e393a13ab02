"""All that `bench fetch` knows by name, and how its listing is laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmark.display.tables import NO_VALUE, Column, Table
from benchmark.errors import UnknownNameError, UsageError
from benchmark.machine.fetchable import Fetchable, FetchOptions, Present


def fetchables() -> Mapping[str, Fetchable]:
    """Gather what can be fetched, in the order of the listing."""
    from benchmark.datasets.fetching import fetchable_datasets
    from benchmark.metrics.fense_files import FETCHABLE as FENSE
    from benchmark.metrics.spice.fetching import FETCHABLE as SPICE

    known = {each.name: each for each in (SPICE, FENSE)}
    for each in fetchable_datasets():
        known.setdefault(each.name, each)  # a plugin's data set may be called as ours is
    return known


def choose_fetchables(names: Sequence[str], options: FetchOptions) -> list[Fetchable]:
    """Find what was named, and see that the options fit it.

    Raises:
        UnknownNameError: there is nothing of a name.
        UsageError: nothing was named, or an option is for something else.
    """
    from benchmark.datasets.catalogue import usual_name

    known = fetchables()
    names = [usual_name(name) for name in names]
    if not names:
        raise UsageError(f"name what to fetch: {', '.join(known)}; `bench fetch --list` says more.")
    for name in names:
        if name not in known:
            _refuse(name, known)
    chosen = [known[name] for name in dict.fromkeys(names)]
    for option in options.chosen:
        if not any(option in each.options for each in chosen):
            takers = [each.name for each in known.values() if option in each.options]
            raise UsageError(f"--{option} is for {', '.join(takers)}, not for {', '.join(names)}.")
    if options.given and len(chosen) > 1:
        raise UsageError(f"--from is of one thing; fetch {' and '.join(names)} one after another.")
    return chosen


def _refuse(name: str, known: Mapping[str, Fetchable]) -> None:
    from benchmark.datasets.catalogue import DATASETS

    if name in DATASETS:
        raise UsageError(f"{name} cannot be fetched. {DATASETS[name].how_to_get}")
    raise UnknownNameError("thing to fetch", name, known)


class Listed(NamedTuple):
    """A line of the listing: something to fetch, and what of it is here."""

    what: Fetchable
    present: Present


def list_fetchables(options: FetchOptions) -> list[Listed]:
    """Look at all that can be fetched."""
    return [Listed(each, each.look(options)) for each in fetchables().values()]


def print_fetchables(lines: Sequence[Listed]) -> Iterator[str]:
    """Spell the listing for a terminal."""
    for what, present in lines:
        size = f", {show_mb(present.n_bytes / 1e6)} MB" if present.n_bytes else ""
        yield f"{what.name}: {what.summary}"
        yield f"  here     {present.state}{size}: {present.where}"
        yield f"  fetches  about {show_mb(what.download_mb)} MB"
        yield f"  licence  {what.licence}"


def fetchables_table(lines: Sequence[Listed]) -> Table[Listed]:
    """Lay the listing out: what there is, what of it is here already, and how big it is."""
    return Table(
        columns=[
            Column("name", lambda line: line.what.name),
            Column("what", lambda line: line.what.summary),
            Column("here", lambda line: line.present.state, side="left"),
            Column("MB here", lambda line: show_mb(line.present.n_bytes / 1e6)),
            Column("MB to fetch", lambda line: show_mb(line.what.download_mb)),
            Column("where", lambda line: line.present.where, side="left"),
            Column("licence", lambda line: line.what.licence, side="left"),
        ],
        rows=lines,
        title="What `bench fetch` brings:",
        name="fetchable",
        records=[
            {
                "name": line.what.name,
                "summary": line.what.summary,
                "here": line.present.state,
                "bytes_here": line.present.n_bytes,
                "mb_to_fetch": line.what.download_mb,
                "where": line.present.where,
                "licence": line.what.licence,
            }
            for line in lines
        ],
    )


def show_mb(value: float | None) -> str:
    """Spell a size in millions of bytes."""
    return NO_VALUE if not value else f"{value:,.1f}"
