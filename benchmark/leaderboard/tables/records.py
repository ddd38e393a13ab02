"""Rows for programs: one flat record each, as csv holds them, with where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.files import JsonObject, spell_json
from benchmark.leaderboard.against import has_row, hold_against
from benchmark.leaderboard.clusters import count_clusters, drawn_from
from benchmark.leaderboard.human_scale import find_scale
from benchmark.leaderboard.likeness import tell_apart
from benchmark.leaderboard.ranking import Standing
from benchmark.leaderboard.rows import Row
from benchmark.leaderboard.tiers import compare_ranked


def place_rows(
    rows: Sequence[Row], standings: Sequence[Standing], against: str | None = None
) -> list[JsonObject]:
    """Spell rows with where they stand in their tables; of seeds each row stands where all do.

    ``ranked_by``, ``rank`` and ``tier`` are those of the table, ``differs_from`` names the ranked
    rows that it differs from (which may be of one tier with it: see ``find_tiers``),
    ``n_clusters`` is None where nobody knows which clips belong together, ``way_to_human`` where
    the table has no such scale; with ``against`` there is how it stands to that row, None for the
    row itself.

    Args:
        rows: of any runs.
        standings: of their tables.
        against: name of a row that the others are held against.
    """
    places: dict[int, JsonObject] = {}
    for standing in standings:
        marked = Standing(tell_apart(standing.rows), standing.ranking)
        for row, place in zip(marked.rows, _place(marked, against), strict=True):
            places |= {id(record): place for record in row.records}
    return [{**row.to_json(), **places[id(row.record)]} for row in rows]


def _place(standing: Standing, against: str | None) -> Iterator[JsonObject]:
    rows, ranking = standing
    compared = compare_ranked(standing)
    tiers = (compared and compared.tiers) or [None] * len(rows)
    names: dict[int, list[str]] = {}
    if compared is not None:
        for first, place in enumerate(compared.places):
            names[place] = [
                rows[other].name
                for second, other in enumerate(compared.places)
                if compared.pairs.differs(first, second)
            ]
    held = hold_against(standing, against) if against and has_row(standing, against) else None
    scale = find_scale(standing)
    n_clusters = count_clusters(*drawn_from(rows))
    ways = scale.ways if scale else [None] * len(rows)
    for place, (rank, tier, way) in enumerate(zip(standing.ranks(), tiers, ways, strict=True)):
        more = {} if against is None else {"against": held.to_json(place) if held else None}
        yield {
            "ranked_by": ranking.key,
            "rank": rank,
            "tier": tier,
            "differs_from": names.get(place),
            "n_clusters": n_clusters,
            "way_to_human": way.to_json() if way else None,
            **more,
        }


def flatten_rows(rows: Sequence[Row], placed: Sequence[JsonObject]) -> Iterator[dict[str, object]]:
    """Spell rows with a name for each figure of each metric; what is nested is JSON.

    Where a value is missing, or lacks clips, ``KEY.reason`` says why.

    Args:
        rows: of any runs.
        placed: the same, as ``place_rows`` spells them.
    """
    for row, spelt in zip(rows, placed, strict=True):
        record: dict[str, object] = {**spelt}
        del record["metrics"]
        record["latency"] = spell_json(record["latency"]) if row.latency else ""
        record |= {"trained_on": " ".join(row.trained_on), "facts": spell_json(record["facts"])}
        if (names := record.pop("differs_from")) is not None:
            record["differs_from"] = spell_json(names)
        if isinstance(way := record.pop("way_to_human"), dict):
            record["way_to_human"] = way["value"]
            record |= {f"way_to_human.{name}": way[name] for name in ("low", "high")}
        held = record.pop("against", None)
        if isinstance(held, dict):
            record |= {f"against.{name}": value for name, value in held.items()}
        for key, cell in row.metrics.items():
            record |= {key: cell.value, f"{key}.low": cell.low, f"{key}.high": cell.high}
            record[f"{key}.signature"] = cell.signature
            if cell.reason is not None:
                record[f"{key}.reason"] = cell.reason
        yield record
