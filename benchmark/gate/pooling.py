"""Pool several nights of unchanged code into one baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.errors import RunError, UsageError
from benchmark.gate.changes import changes_of_makeup
from benchmark.gate.pairs import has_value, why_incomparable
from benchmark.gate.reach import MOST_NIGHTS
from benchmark.metrics.catalogue import list_rankable
from benchmark.metrics.contributions import Contributions
from benchmark.runs.acceptance import KeptNight
from benchmark.runs.pairs import SystemPair
from benchmark.runs.record import RunRecord

_MOST_FAULTS = 4


@dataclass(frozen=True, slots=True)
class _Night:
    """One night: what it is known by, and the statistics of its systems."""

    run: str
    began_at: str
    run_id: str | None
    systems: Mapping[str, Contributions]

    @property
    def identity(self) -> str:
        return self.run_id or self.run


def pool_nights(record: RunRecord, others: Sequence[RunRecord]) -> tuple[KeptNight, ...]:
    """Keep what other nights measured beside a run.

    Nights that a baseline among the records holds come with it. Of each night only the clips are
    kept whose statistics are not the run's.

    Raises:
        RunError: a night is not of the same data, systems, clips, metrics or make-up.
        UsageError: a night is given twice, or there are more than a baseline holds.
    """
    for other in others:
        _require_alike(record, other)
    own, *nights = [night for each in (record, *others) for night in _nights_of(each)]
    _require_distinct([own, *nights])
    if len(nights) >= MOST_NIGHTS:
        raise UsageError(
            f"{len(nights) + 1} nights; a baseline holds {MOST_NIGHTS} at most. Accept fewer."
        )
    return tuple(_keep(night, own) for night in nights)


def _nights_of(record: RunRecord) -> Iterator[_Night]:
    header = record.plan.header
    own = {name: system.contributions for name, system in record.systems.items()}
    yield _Night(record.content_id, header.created_at, header.run_id, own)
    for kept in record.acceptance.nights if record.acceptance else ():
        systems = {
            name: kept.contributions_of(name, accepted, record.path)
            for name, accepted in own.items()
        }
        yield _Night(kept.run, kept.began_at, kept.run_id, systems)


def _keep(night: _Night, own: _Night) -> KeptNight:
    beyond = {name: night.systems[name].beyond(own.systems[name]) for name in own.systems}
    statistics = {name: each.to_json() for name, each in beyond.items() if each.clip_ids}
    return KeptNight(night.run, night.began_at, night.run_id, statistics)


def _require_distinct(nights: Sequence[_Night]) -> None:
    seen: set[str] = set()
    for night in nights:
        if night.identity in seen:
            raise UsageError(
                f"the run begun {night.began_at} is given twice; a night counts once. Expected "
                "runs of different nights."
            )
        seen.add(night.identity)


def _require_alike(record: RunRecord, other: RunRecord) -> None:
    """Refuse to pool what chance alone does not tell apart.

    Raises:
        RunError: says in what the two differ.
    """
    faults = list(_faults(record, other))
    if faults:
        more = f"; and {len(faults) - _MOST_FAULTS:,} more" if len(faults) > _MOST_FAULTS else ""
        raise RunError(
            f"{other.path} is no other night of {record.path}: "
            f"{'; '.join(faults[:_MOST_FAULTS])}{more}. "
            "Expected nights of unchanged code on the same data; accept those that are alike."
        )


def _faults(record: RunRecord, other: RunRecord) -> Iterator[str]:
    if not record.plan.is_of_same_data(other.plan):
        yield f"it is of other data, {other.plan.dataset}"
        return
    for name in sorted(record.systems.keys() ^ other.systems.keys()):
        yield f"{name} is in one of them only"
    for name in sorted(record.systems.keys() & other.systems.keys()):
        pair = SystemPair.of(record.systems[name], other.systems[name])
        if pair.first.contributions.clip_ids != pair.second.contributions.clip_ids:
            yield f"{name} was scored on other clips"
            continue
        for key in list_rankable():
            if has_value(pair.first, key) != has_value(pair.second, key):
                yield f"{name} has {key} in one of them only"
            elif has_value(pair.first, key) and (why := why_incomparable(pair, key)):
                yield f"{name}: {key} {why}"
        changes = ", ".join(changes_of_makeup(pair.first.planned, pair.second.planned))
        if changes:
            yield f"{name} is made of something else: {changes}"
