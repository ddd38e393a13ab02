"""Five noises, captioners that say little, and the passes of a run over them."""

from __future__ import annotations

import dataclasses
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from benchmark import Clip, DataError, Evidence, Resources, Split, SystemSpec
from benchmark.plugins.provenance import Provenance
from benchmark.runs.clips import Clips
from benchmark.runs.entrants import Entrant, prepare
from benchmark.runs.entries import ClipEntry
from benchmark.runs.ledger import Ledger, read_ledger
from benchmark.runs.listening import Listener
from benchmark.runs.passes import run_system
from benchmark.runs.patience import Patience
from benchmark.runs.plan import Feeding
from benchmark.runs.runner import caption
from benchmark.systems.registry import System

REFERENCES = {f"clip-{i}": (f"sound {i}", f"noise {i}", f"tone {i}") for i in range(5)}


class Echo:
    """Says which clips came in together."""

    def caption(self, clips):
        return [f"{clip.clip_id} among {len(clips)}" for clip in clips]


class Reasoning(Echo):
    """Says that it leaned on the clips that came in together."""

    def explain(self, clips):
        others = [Evidence(clip.clip_id, float(at)) for at, clip in enumerate(clips)]
        return [{"batch": others, "nothing": []} for _ in clips]


class Fault:
    """Does as the test says on its second call."""

    def __init__(self, act):
        self.act, self.n_calls = act, 0

    def caption(self, clips):
        self.n_calls += 1
        return self.act(clips) if self.n_calls == 2 else ["a sound" for _ in clips]


def patience_of(settings):
    """Take out of a test's settings what is of its patience."""
    names = [field.name for field in dataclasses.fields(Patience)]
    return {name: settings.pop(name) for name in names if name in settings}


def system_of(captioner, **changes):
    """Declare a system by its captioner, or by the function that prepares it."""
    prepare = captioner if callable(captioner) else lambda resources, options: captioner
    spec = SystemSpec("system", "under test", prepare, **changes)
    return System("system", spec, None, Provenance("test", "1"))


@dataclasses.dataclass
class Noises:
    """A split of five noises, and a place for a ledger."""

    path: Path
    resources: Resources
    broken: frozenset = frozenset()
    during_read: object = nullcontext

    @property
    def split(self):
        return Split("noises", "test", REFERENCES, frozenset(REFERENCES), self.read)

    def read(self, clip_id, rate):
        if clip_id in self.broken:
            raise DataError(f"{clip_id} is truncated")
        rng = np.random.default_rng(int(clip_id[-1]))
        with self.during_read():
            return Clip(clip_id, rng.uniform(-0.1, 0.1, rate).astype(np.float32), rate)

    def clips(self, feeding, *, text_only=False):
        return Clips(Listener(self.split, text_only=text_only), tuple(REFERENCES), feeding)

    def caption(self, captioner, **feeding):
        """Caption all noises; return the entries of clips and why the captioner stopped."""
        patience = Patience(**patience_of(feeding))
        sink, clips = [], self.clips(Feeding(**feeding, patience=patience))
        entrant = Entrant(system_of(captioner), self.resources)
        failure = caption(prepare(entrant), clips.batches(entrant.system, 0), clips, sink)
        return [entry for entry in sink if isinstance(entry, ClipEntry)], failure

    def run(
        self,
        captioner,
        *,
        text_only=False,
        batch_size=1,
        n_timed=0,
        is_explained=False,
        **changes,
    ):
        """Caption and time what the ledger lacks; return why the system stopped."""
        feeding = Feeding(batch_size, n_timed, is_explained, Patience(**patience_of(changes)))
        clips = self.clips(feeding, text_only=text_only)
        with Ledger(self.path) as ledger:
            return run_system(system_of(captioner, **changes), self.resources, clips, ledger)

    @property
    def entries(self):
        return read_ledger(self.path).entries("system")

    @property
    def states(self):
        return [entry.state for entry in self.entries]
