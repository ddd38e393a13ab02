"""A run that goes on without some of its systems: what its plan says of them, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from benchmark.errors import UnknownNameError, UsageError
from benchmark.plugins.names import parse_name
from benchmark.runs.entries import CAPTIONED
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import Plan
from benchmark.systems.roster import LeftOut


def leave_out(plan: Plan, view: LedgerView, names: Sequence[str]) -> Plan:
    """Plan to go on without some systems; those that it goes without already are passed over.

    Args:
        plan: of the run.
        view: of its ledger, which tells why each had stopped.
        names: as the plan spells them; or bare ones, which mean a system in all configurations.

    Raises:
        UnknownNameError: the plan has no such system.
        UsageError: none would be left.
    """
    gone = {name for text in names for name in _find(plan, text)}
    if not gone:
        return plan
    staying = tuple(planned for planned in plan.systems if planned.name not in gone)
    if not staying:
        raise UsageError("nothing is left to run without " + ", ".join(sorted(gone)) + ".")
    left_out = tuple(
        LeftOut(planned.name, "", _why(view, planned.name))
        for planned in plan.systems
        if planned.name in gone
    )
    return dataclasses.replace(plan, systems=staying, left_out=(*plan.left_out, *left_out))


def last_error_of(view: LedgerView, system_name: str) -> str | None:
    """Tell what a system raised last, as its ledger has it; None where nothing stands there."""
    failed = [entry for entry in view.entries(system_name) if entry.state not in CAPTIONED]
    if failed:
        return f"at clip {failed[-1].clip_id!r}: {failed[-1].error}"
    errors = [entry.error for entry in view.prepared_entries(system_name) if entry.error]
    return f"while preparing: {errors[-1]}" if errors else None


def _find(plan: Plan, text: str) -> list[str]:
    known = [planned.name for planned in plan.systems]
    gone = [each.system_name for each in plan.left_out]
    for names in (known, gone):
        alike = [name for name in names if parse_name(name).name == text]
        if text in names or alike:
            return [text] if text in names else alike
    raise UnknownNameError("system of this run", text, known)


def _why(view: LedgerView, system_name: str) -> str:
    n_captioned = sum(entry.state in CAPTIONED for entry in view.entries(system_name))
    so_far = f"left out on resuming, after {n_captioned:,} captions"
    error = last_error_of(view, system_name)
    return f"{so_far}; it had stopped {error.splitlines()[0]}" if error else so_far
