"""The parts of a run as its files hold them, typed part by part and laid out by system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmark.errors import RunError, listed
from benchmark.metrics.contributions import Contributions
from benchmark.runs import older
from benchmark.runs.acceptance import Acceptance
from benchmark.runs.calls import Calls
from benchmark.runs.contradictions import find_contradictions
from benchmark.runs.manifest import SCHEMA as MANIFEST_SCHEMA
from benchmark.runs.manifest import Manifest
from benchmark.runs.plan import Plan
from benchmark.runs.record import RunRecord, SystemRecord, hash_parts
from benchmark.runs.scores import SCHEMA as SCORES_SCHEMA
from benchmark.runs.scores import Scores
from benchmark.runs.seals import SEALED, Integrity
from benchmark.systems.explaining import Explained

_FORMER_PARTS = ("manifest", "scores", "statistics", "captions", "calls")
"""What the first version hashed."""

WhereIs = Callable[[str], object]
"""Names the place of a part in messages."""


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of a record: those that have a schema of their own as JSON, the others typed.

    What captions leaned on is in no file but a ledger, and no part of a content id.
    """

    manifest: older.Unread
    scores: older.Unread
    statistics: Mapping[str, object]
    captions: Mapping[str, Mapping[str, str]]
    calls: Mapping[str, Calls]
    explained: Mapping[str, Mapping[str, Explained]] = field(default_factory=dict)

    def gather(
        self,
        path: Path,
        plan: Plan,
        where_is: WhereIs,
        acceptance: Acceptance | None = None,
        integrity: Integrity = SEALED,
    ) -> RunRecord:
        """Type every part, and lay them out by system.

        Args:
            path: of the run, or of its file.
            plan: of the run.
            where_is: names the place of a part in messages.
            acceptance: of a baseline.
            integrity: what its seal says; what the parts say of each other comes to it.

        Raises:
            RunError: a part is missing or has another type.
        """
        manifest = read_sealed(self.manifest, plan, where_is("manifest"))
        scores = self._read_scores(plan, where_is("scores"))
        contributions = {
            name: Contributions.from_json(part, f"{where_is('statistics')}, {name}")
            for name, part in self.statistics.items()
        }
        names = [planned.name for planned in plan.systems]
        _require_all(names, manifest.systems, where_is("manifest"))
        _require_all(names, scores.systems, where_is("scores"))
        _require_all(names, contributions, where_is("statistics"))
        _require_all(names, self.captions, where_is("captions"))
        systems = {
            planned.name: SystemRecord(
                path,
                plan,
                planned,
                manifest.systems[planned.name],
                scores.systems[planned.name],
                contributions[planned.name],
                self.captions[planned.name],
                self.calls.get(planned.name, {}),
                self.explained.get(planned.name, {}),
            )
            for planned in plan.systems
        }
        record = RunRecord(path, plan, manifest, systems, acceptance, self._former_id(plan))
        found = [*find_contradictions(systems), *record.find_unaccepted()]
        return record.trusted(integrity.also(found))

    def _read_scores(self, plan: Plan, where: object) -> Scores:
        from_1 = partial(
            older.scores_from_1, dataset=plan.dataset, references_name=plan.references_name
        )
        record = older.upgrade(self.scores, where, SCORES_SCHEMA, {1: from_1})
        return Scores.from_json(record, where)

    def _former_id(self, plan: Plan) -> str | None:
        """Hash the content as the first version did; None for what it did not write."""
        if self.scores.get("schema") != 1:
            return None
        header = [plan.created_at, plan.dataset, plan.references_sha256, list(plan.clip_ids)]
        parts = {name: getattr(self, name) for name in _FORMER_PARTS}
        return hash_parts({"plan": header, **parts})


def read_sealed(record: older.Unread, plan: Plan, where: object) -> Manifest:
    """Read a manifest, of this version or an earlier one.

    Raises:
        RunError: it is not what was written.
    """
    trained_on = {planned.name: planned.trained_on for planned in plan.systems}
    steps: dict[int, older.Step] = {
        1: partial(older.manifest_from_1, trained_on=trained_on),
        2: older.with_seal,
    }
    return Manifest.from_json(older.upgrade(record, where, MANIFEST_SCHEMA, steps), where)


def _require_all(names: list[str], part: Mapping[str, object], where: object) -> None:
    for name in names:
        if name not in part:
            raise RunError(
                f"{where}: nothing of {name!r}, which the plan names; found {listed(list(part))}. "
                "The file was changed by something else; restore it, or make the run anew."
            )
