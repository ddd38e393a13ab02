"""Watches the process while a plugin is on trial, and puts it back afterwards."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator

from benchmark.testing.chance import FIRST, chance_put_back, sow
from benchmark.testing.findings import Finding
from benchmark.testing.left_open import Holdings
from benchmark.testing.printed import catch, tell_written
from benchmark.testing.settings import Settings


def watched(examine: Callable[[Settings], Iterator[Finding]]) -> list[Finding]:
    """Try a plugin, and add what it printed, changed and left behind to what was found.

    Args:
        examine: gives findings; asks the settings meanwhile, so that it can say what changed them.
    """
    import torch  # noqa: F401  # else what it sets as it is imported would be laid to a plugin

    settings = Settings()
    gc.freeze()  # what was lost before is not let go meanwhile; and collecting is quick
    try:
        holdings = Holdings()
        findings = _try_watched(examine, settings)
        if not any(finding.cause for finding in findings):  # tracebacks hold what they went through
            findings += [Finding("left-open", told) for told in holdings.look()]
    finally:
        gc.unfreeze()
        settings.put_back()
    return findings


def _try_watched(
    examine: Callable[[Settings], Iterator[Finding]], settings: Settings
) -> list[Finding]:
    with warnings.catch_warnings(), chance_put_back(), catch("stdout") as written:
        sow(FIRST)
        findings = list(examine(settings))
    if told := tell_written(written, "stdout"):
        findings.append(Finding("output", told))
    return findings


def look_at(settings: Settings, after: str) -> Iterator[Finding]:
    """Tell what has changed of the settings since they were last looked at."""
    for told in settings.look(after):
        yield Finding("settings", told)
