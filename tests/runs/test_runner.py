"""Feeding clips to captioners: what is recorded, and what stops."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import nullcontext

import numpy as np
import pytest

from benchmark import Clip, DataError, Resources, Split, SystemSpec, stage
from benchmark.artifacts import Artifacts
from benchmark.runs.ledger import Ledger, read_ledger
from benchmark.runs.listening import Listener
from benchmark.runs.runner import RunSettings, run_system
from benchmark.runs.timed_calls import summarise_latency
from benchmark.systems.built_in import Constant, Human, RandomTrain
from benchmark.systems.registry import Provenance, System

REFERENCES = {f"clip-{i}": (f"sound {i}", f"noise {i}", f"tone {i}") for i in range(5)}


class Echo:
    """Says which clips came in together."""

    def caption(self, clips):
        return [f"{clip.clip_id} among {len(clips)}" for clip in clips]


class Fault:
    """Does as the test says on its second call."""

    def __init__(self, act):
        self.act, self.n_calls = act, 0

    def caption(self, clips):
        self.n_calls += 1
        return self.act(clips) if self.n_calls == 2 else ["a sound" for _ in clips]


@dataclasses.dataclass
class Bench:
    """A split of five noises and a ledger to run systems on."""

    path: object
    resources: Resources
    broken: frozenset = frozenset()
    during_read: object = nullcontext
    listener: Listener | None = None

    @property
    def split(self):
        return Split("noises", "test", REFERENCES, frozenset(REFERENCES), self.read)

    def read(self, clip_id, rate):
        if clip_id in self.broken:
            raise DataError(f"{clip_id} is truncated")
        rng = np.random.default_rng(int(clip_id[-1]))
        with self.during_read():
            return Clip(clip_id, rng.uniform(-0.1, 0.1, rate).astype(np.float32), rate)

    def run(
        self, captioner, *, text_only=False, batch_size=1, timeout_s=None, n_profiled=0, **changes
    ):
        prepare = captioner if callable(captioner) else lambda resources, options: captioner
        spec = SystemSpec("system", "under test", prepare, **changes)
        system = System("system", spec, None, Provenance("test", "1"))
        settings = RunSettings(tuple(REFERENCES), batch_size, timeout_s, n_profiled)
        self.listener = Listener(self.split, text_only=text_only)
        done = read_ledger(self.path)
        with Ledger(self.path) as ledger:
            return run_system(
                system, self.split, self.resources, settings, self.listener, ledger, done
            )

    @property
    def rows(self):
        return read_ledger(self.path).entries("system")

    @property
    def states(self):
        return [row.state for row in self.rows]


@pytest.fixture
def noises(tmp_path):
    resources = Resources("cpu", 0, Artifacts(tmp_path / "artifacts"), references=REFERENCES)
    return Bench(tmp_path / "ledger.jsonl", resources)


def test_every_clip_gets_a_row_with_its_caption_and_times(noises):
    assert noises.run(Echo(), batch_size=2) is None
    assert [row.caption for row in noises.rows] == [
        "clip-0 among 2",
        "clip-1 among 2",
        "clip-2 among 2",
        "clip-3 among 2",
        "clip-4 among 1",
    ]
    assert [row.batch for row in noises.rows] == [0, 0, 1, 1, 2]
    assert all(row.audio_s == 1.0 and row.caption_s > 0 and row.read_s > 0 for row in noises.rows)


def test_a_caption_of_no_words_is_legal_and_marked_empty(noises):
    assert noises.run(Constant(" ")) is None
    assert noises.states == ["empty"] * 5


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda clips: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda clips: ["a"] * (len(clips) - 1), "returned 1 captions for 2 clips"),
        (lambda clips: None, "caption() returned NoneType; expected a list of 2 str"),
        (lambda clips: ["a", None], "the caption for clip 'clip-3' is NoneType"),
        (lambda clips: "two words", "caption() returned str; expected a list"),
    ],
)
def test_a_fault_stops_the_system_and_names_the_clip(noises, act, message):
    failure = noises.run(Fault(act), batch_size=2)
    assert failure.startswith("at clip 'clip-2'")
    assert message in failure
    assert noises.states == ["ok", "ok", "error", "error"]
    failed = noises.rows[2]
    assert failed.caption is None
    assert message in failed.error
    assert "Traceback" in failed.traceback


def test_what_failed_is_tried_again_and_what_succeeded_is_not(noises):
    noises.run(Fault(lambda clips: 1 / 0), batch_size=2)
    seen = []

    class Watching(Echo):
        def caption(self, clips):
            seen.extend(clip.clip_id for clip in clips)
            return super().caption(clips)

    assert noises.run(Watching(), batch_size=2) is None
    assert seen == ["clip-2", "clip-3", "clip-4"]
    assert noises.states == ["ok"] * 5
    assert noises.run(lambda resources, options: 1 / 0, batch_size=2) is None  # nothing is left


def test_a_call_that_takes_too_long_is_a_timeout(noises):
    import threading

    never = threading.Event()
    failure = noises.run(Fault(lambda clips: never.wait(20)), timeout_s=0.05)
    assert "CallTimeoutError: caption() took longer than 0.05 s" in failure
    assert noises.states == ["ok", "timeout"]


def test_a_system_that_cannot_get_ready_says_why(noises):
    def prepare(resources, options):
        raise FileNotFoundError("weights.bin")

    assert noises.run(prepare) == "while preparing: FileNotFoundError: weights.bin"
    prepared = read_ledger(noises.path).prepared["system", 0]
    assert "Traceback" in prepared.traceback


def test_a_captioner_without_a_caption_method_is_refused(noises):
    assert "expected a captioner" in noises.run(lambda resources, options: object())


def test_a_captioner_with_an_impossible_rate_is_refused(noises):
    teller = Echo()
    teller.sample_rate_hz = "16k"
    failure = noises.run(lambda resources, options: teller)
    assert failure.startswith("while preparing: PluginError: the captioner's sample_rate_hz is")


def test_a_system_that_wants_to_end_the_process_is_stopped_alone(noises):
    failure = noises.run(lambda resources, options: sys.exit("no weights"))
    assert failure.startswith("while preparing: PluginError: prepare() raised SystemExit")
    failure = noises.run(Fault(lambda clips: sys.exit(3)))
    assert failure == "at clip 'clip-1': PluginError: caption() raised SystemExit(3)."
    assert noises.states == ["ok", "error"]


def test_captions_in_a_tuple_are_the_same_when_they_are_timed(noises):
    class Tuples(Echo):
        def caption(self, clips):
            return tuple(super().caption(clips))

    assert noises.run(Tuples(), n_profiled=5) is None
    assert summarise_latency(read_ledger(noises.path).timed_entries("system"), []).void is None


def test_a_captioner_that_misspeaks_of_itself_is_refused(noises):
    teller = Echo()
    teller.trained_on = "clotho"
    failure = noises.run(lambda resources, options: teller)
    assert failure.startswith(
        "while preparing: PluginError: the captioner's trained_on is 'clotho'"
    )
    assert noises.rows == []


def test_facts_are_read_again_after_the_last_clip(noises):
    class Counting(Echo):
        trained_on = ("web",)

        def __init__(self):
            self.facts = {"n_calls": 0}

        def caption(self, clips):
            self.facts["n_calls"] += 1
            return super().caption(clips)

    assert noises.run(Counting(), batch_size=2, n_profiled=2) is None
    prepared = read_ledger(noises.path).prepared["system", 0]
    assert (prepared.trained_on, prepared.facts) == (("web",), {"n_calls": 3})
    assert noises.run(Counting(), batch_size=2, n_profiled=2) is None  # nothing is left
    assert read_ledger(noises.path).prepared["system", 0] == prepared


def test_only_who_captioned_the_clips_is_heard(noises):
    teller = Echo()
    teller.facts = {"weights": "first"}
    assert noises.run(lambda resources, options: teller) is None
    prepared = read_ledger(noises.path).prepared["system", 0]
    other = Echo()
    assert noises.run(lambda resources, options: other, n_profiled=2) is None
    view = read_ledger(noises.path)
    assert len(view.timed) == 2
    assert view.prepared["system", 0] == prepared


def test_facts_that_turn_bad_stop_the_system_and_leave_the_good_ones(noises):
    class Turning(Echo):
        def __init__(self):
            self.facts = {"n": 1}

        def caption(self, clips):
            self.facts = {"n": [1]}
            return super().caption(clips)

    failure = noises.run(lambda resources, options: Turning())
    assert failure.startswith("after the last clip: PluginError: the captioner's fact 'n' is [1]")
    assert noises.states == ["ok"] * 5
    assert read_ledger(noises.path).prepared["system", 0].facts == {"n": 1}
    assert "Traceback" in noises.path.read_text()


def test_a_sound_that_cannot_be_read_costs_that_clip_alone(noises):
    noises.broken = frozenset({"clip-1"})
    assert noises.run(Echo(), batch_size=2) is None
    assert noises.states == ["ok", "error", "ok", "ok", "ok"]
    assert noises.rows[1].error == "DataError: clip-1 is truncated"


def test_keys_follow_the_sound_the_system_and_the_seed(noises):
    noises.run(Echo())
    keys = [row.key for row in noises.rows]
    assert len(set(keys)) == 5
    noises.path.unlink()
    noises.run(Echo())
    assert [row.key for row in noises.rows] == keys
    noises.path.unlink()
    noises.resources = dataclasses.replace(noises.resources, seed=1)
    noises.run(Echo())
    assert not set(keys) & {row.key for row in noises.rows}


def test_a_captioner_cannot_change_what_the_next_one_hears(noises):
    class Vandal:
        def caption(self, clips):
            clips[0].waveform[:] = 0
            return ["silence"]

    assert "read-only" in noises.run(Vandal())


def test_leave_one_out_gives_each_reference_in_turn(noises):
    def prepare(resources, options):
        return Human(resources.references, resources.fold)

    assert noises.run(prepare, text_only=True, leave_one_out=True) is None
    assert [row.caption for row in noises.rows if row.clip_id == "clip-3"] == [
        "sound 3",
        "noise 3",
        "tone 3",
    ]
    assert {row.fold for row in noises.rows} == {0, 1, 2}


def test_a_random_training_caption_depends_on_the_clip_and_the_seed_alone():
    captions = [f"caption {i}" for i in range(1000)]
    clips = [Clip(f"clip-{i}", np.zeros(0, np.float32), 1) for i in range(20)]
    together = RandomTrain(captions, 0).caption(clips)
    alone = [RandomTrain(captions, 0).caption([clip])[0] for clip in reversed(clips)]
    assert together == alone[::-1]
    assert together != RandomTrain(captions, 1).caption(clips)


def test_each_sound_is_decoded_once_within_the_memory_budget(noises):
    listener = Listener(noises.split, text_only=False)
    for _ in range(3):
        for clip_id in REFERENCES:
            listener.hear(clip_id, 8000)
    assert listener.n_decoded == 5
    tight = Listener(noises.split, text_only=False, budget_bytes=2 * 8000 * 4)
    for clip_id in ("clip-0", "clip-1", "clip-0", "clip-2", "clip-1"):
        tight.hear(clip_id, 8000)
    assert tight.n_decoded == 4  # clip-1 made room for clip-2


def test_some_clips_are_captioned_once_more_alone_for_the_latency(noises):
    calls = []

    class Counting:
        def caption(self, clips):
            calls.append([clip.clip_id for clip in clips])
            return [f"sound of {clip.clip_id}" for clip in clips]

    assert noises.run(Counting(), batch_size=5, n_profiled=3) is None
    assert calls == [list(REFERENCES), ["clip-0"], ["clip-0"], ["clip-1"], ["clip-3"]]
    profiled = read_ledger(noises.path).timed
    assert [clip_id for _, clip_id in profiled] == ["clip-0", "clip-1", "clip-3"]
    assert all(row.is_same and row.audio_s == 1.0 for row in profiled.values())
    calls.clear()
    assert noises.run(Counting(), batch_size=5, n_profiled=3) is None
    assert calls == []


def test_a_timed_call_says_its_stages_its_reading_and_the_machines_speed(noises):
    class Staged(Echo):
        def caption(self, clips):
            with stage("encode"):
                pass
            return super().caption(clips)

    noises.during_read = lambda: stage("decode")
    assert noises.run(Staged(), n_profiled=3, timeout_s=20) is None
    view = read_ledger(noises.path)
    rows = view.timed_entries("system")
    assert [list(row.stages) for row in rows] == [["encode"]] * 3
    assert [list(row.reading) for row in rows] == [["decode"]] * 3
    assert all(row.stages["encode"] <= row.caption_s for row in rows)
    assert all(row.calibration_s > 0 for row in rows)
    (machine,) = view.machines
    assert {row.machine for row in rows} == {machine.machine.hash}
    assert machine.peak_rss_mib > 10


def test_what_does_nothing_says_nothing_of_its_machine(noises):
    noises.run(Echo())
    noises.run(Echo())
    assert len(read_ledger(noises.path).machines) == 1


def test_a_call_that_fails_while_it_is_timed_ends_the_profile_and_voids_it(noises):
    class Tiring(Echo):
        n_calls = 0

        def caption(self, clips):
            self.n_calls += 1
            if self.n_calls > 7:  # five clips, a warm-up, one more
                raise MemoryError("out of memory")
            return super().caption(clips)

    assert noises.run(Tiring(), n_profiled=5) is None
    rows = read_ledger(noises.path).timed_entries("system")
    assert [(row.is_same, row.error) for row in rows] == [
        (True, None),
        (False, "MemoryError: out of memory"),
    ]
    assert summarise_latency(rows, []).void == "a call failed: MemoryError: out of memory"


def test_a_caption_that_depends_on_its_batch_voids_the_profile(noises):
    assert noises.run(Echo(), batch_size=2, n_profiled=5) is None
    is_same = [row.is_same for row in read_ledger(noises.path).timed.values()]
    assert is_same == [False, False, False, False, True]  # the last batch held one clip


def test_embeddings_are_computed_anew_while_profiling(noises, tmp_path):
    from benchmark.embeddings.store import EmbeddingStore

    class Mean:
        name, fingerprint, sample_rate_hz, dim, trained_on = "mean", "0", 16_000, 1, ()
        n_sounds = 0

        def embed_audio(self, waveforms):
            self.n_sounds += len(waveforms)
            return np.array([[wave.mean()] for wave in waveforms], dtype=np.float32)

    encoder, store = Mean(), EmbeddingStore(tmp_path / "embeddings")

    class Embedding:
        def caption(self, clips):
            return [f"{row[0]:.6f}" for row in store.embed_sounds(encoder, clips)]

    assert noises.run(Embedding(), n_profiled=5) is None
    assert encoder.n_sounds == 5 + 6  # five clips, then a warm-up and five more
    noises.path.unlink()
    assert noises.run(Embedding()) is None
    assert encoder.n_sounds == 5 + 6


def test_a_text_only_clip_carries_no_sound(noises):
    heard = Listener(noises.split, text_only=True).hear("clip-0", 8000)
    assert len(heard.clip.waveform) == 0
