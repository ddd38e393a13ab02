"""Runs that are scored before they are finished: as far as they came, and marked so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from benchmark.errors import RunError
from benchmark.runs.folder import RunFolder
from benchmark.runs.ledger import LedgerView
from benchmark.runs.plan import Plan
from benchmark.runs.reading import read_manifest


class End(NamedTuple):
    """How a run ended, if it did.

    Attributes:
        is_partial: it did not.
        failures: by system why it stopped.
    """

    is_partial: bool
    failures: Mapping[str, str]


def look_for_end(folder: RunFolder, plan: Plan, view: LedgerView, *, takes_partial: bool) -> End:
    """Tell how a run ended.

    Args:
        folder: of the run.
        plan: of the run.
        view: of its ledger.
        takes_partial: one that did not end is welcome.

    Raises:
        RunError: it is unfinished, or was scored while it was, and that is not welcome.
    """
    if not folder.manifest_path.is_file() and takes_partial:
        return End(True, _unready(plan, view))
    manifest = read_manifest(folder, plan)
    if manifest.is_partial and not takes_partial:
        raise RunError(
            f"{folder.path} is partial: it was scored before it was finished. Finish it with "
            f"`bench run --resume {folder.path}`, or score it so again with --partial."
        )
    return End(manifest.is_partial, manifest.failures)


def _unready(plan: Plan, view: LedgerView) -> dict[str, str]:
    """Say why systems never got ready; why others stopped, if they did, no ledger says."""
    errors = {
        planned.name: entry.error
        for planned in plan.systems
        for entry in view.prepared_entries(planned.name)
    }
    return {name: f"while preparing: {error}" for name, error in errors.items() if error}
