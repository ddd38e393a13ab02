"""What one entrant is lent while it is at work."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from benchmark.runs.clips import Clips
from benchmark.runs.entrants import Entrant
from benchmark.systems.lending import ClipFiles, lent_scratch


class Loan(NamedTuple):
    """An entrant with a scratch folder of its own, and its clips, with files if it needs them."""

    entrant: Entrant
    clips: Clips


@contextmanager
def lent(entrant: Entrant, clips: Clips) -> Iterator[Loan]:
    """Lend an entrant what is gone after the block."""
    with ExitStack() as stack:
        resources = stack.enter_context(lent_scratch(entrant.resources))
        if entrant.system.spec.needs_file:
            apart = stack.enter_context(lent_scratch(entrant.resources))
            listener = clips.listener.lending(ClipFiles(apart.scratch))
            clips = dataclasses.replace(clips, listener=listener)
        yield Loan(dataclasses.replace(entrant, resources=resources), clips)
