"""Sounds without references: captioned, not scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmark.errors import listed
from benchmark.files import tell
from benchmark.models.revisions import pin_revisions
from benchmark.runs.entries import ClipEntry, Entry
from benchmark.runs.isolation.apart import TOGETHER, Apart
from benchmark.runs.isolation.orders import Order, Work
from benchmark.runs.isolation.ways import take_through
from benchmark.runs.ledger import LedgerView
from benchmark.runs.requests import CaptionRequest
from benchmark.runs.sounds import find_seat, find_sounds
from benchmark.systems.needs import require_needs
from benchmark.systems.registry import Registry


class SoundCaptions(NamedTuple):
    """What a system said of sounds.

    Attributes:
        entries: one for each sound, sorted by path; one that cannot be read has the reason. Sounds
            that the system did not get to are absent.
        failure: why it stopped, if it did.
    """

    entries: list[ClipEntry]
    failure: str | None


class _Notes:
    """A book in memory alone."""

    def __init__(self) -> None:
        self.view = LedgerView()

    def extend(self, entries: Sequence[Entry], /) -> None:
        for entry in entries:
            self.view.add(entry)


def caption_sounds(
    request: CaptionRequest, registry: Registry, *, apart: Apart = TOGETHER
) -> SoundCaptions:
    """Caption sounds with one system; what else lies in their folders is named on standard error.

    Raises:
        UsageError: the system needs a training split and none was named, is a ceiling, or lacks
            something here.
        DataError: a path does not exist, there is no sound, or a file of embeddings is not of
            the training split or damaged.
    """
    system, resources, clips = find_seat(request, registry)
    if left_out := find_sounds(request.paths).left_out:
        files = "1 file that is" if len(left_out) == 1 else f"{len(left_out):,} files that are"
        tell(f"{files} no sound left out: {listed([str(file) for file in left_out])}")
    book = _Notes()
    work = Work(system, resources, clips, book.view)
    apart = apart.spelt_by(registry, [request.system_name])
    requirements = apart.requirements_of(system.name, system.provenance.distribution)
    if not requirements:
        found = require_needs(system, resources)
        pin_revisions(found.revisions)
        for fetch in found.fetches:
            fetch()
    order = Order(system.name, request.data_root, sounds=request, requirements=requirements)
    failure = take_through(work, order, book, apart.isolation)
    return SoundCaptions(book.view.entries(system.name), failure)
