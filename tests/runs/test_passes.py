"""Both passes of one system over a ledger: what is missing is captioned, some clips are timed."""

from __future__ import annotations

import numpy as np
import pytest
from noises import REFERENCES, Echo, Fault, Reasoning

from benchmark import Evidence, stage
from benchmark.runs.ledger import read_ledger
from benchmark.runs.sealing import explained_of
from benchmark.runs.timed_calls import summarise_latency
from benchmark.systems.built_in import Human


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


def test_captions_in_a_tuple_are_the_same_when_they_are_timed(noises):
    class Tuples(Echo):
        def caption(self, clips):
            return tuple(super().caption(clips))

    assert noises.run(Tuples(), n_timed=5) is None
    assert summarise_latency(read_ledger(noises.path).timed_entries("system"), []).void is None


def test_facts_are_read_again_after_the_last_clip(noises):
    class Counting(Echo):
        trained_on = ("web",)

        def __init__(self):
            self.facts = {"n_calls": 0}

        def caption(self, clips):
            self.facts["n_calls"] += 1
            return super().caption(clips)

    assert noises.run(Counting(), batch_size=2, n_timed=2) is None
    prepared = read_ledger(noises.path).prepared["system", 0]
    assert (prepared.trained_on, prepared.facts) == (("web",), {"n_calls": 3})
    assert noises.run(Counting(), batch_size=2, n_timed=2) is None  # nothing is left
    assert read_ledger(noises.path).prepared["system", 0] == prepared


def test_only_who_captioned_the_clips_is_heard(noises):
    teller = Echo()
    teller.facts = {"weights": "first"}
    assert noises.run(lambda resources, options: teller) is None
    prepared = read_ledger(noises.path).prepared["system", 0]
    other = Echo()
    assert noises.run(lambda resources, options: other, n_timed=2) is None
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


def test_leave_one_out_gives_each_reference_in_turn(noises):
    def prepare(resources, options):
        return Human(resources.references, resources.fold)

    assert noises.run(prepare, text_only=True, leave_one_out=True) is None
    assert [entry.caption for entry in noises.entries if entry.clip_id == "clip-3"] == [
        "sound 3",
        "noise 3",
        "tone 3",
    ]
    assert {entry.fold for entry in noises.entries} == {0, 1, 2}


def test_some_clips_are_captioned_once_more_alone_for_the_latency(noises):
    calls = []

    class Counting:
        def caption(self, clips):
            calls.append([clip.clip_id for clip in clips])
            return [f"sound of {clip.clip_id}" for clip in clips]

    assert noises.run(Counting(), batch_size=5, n_timed=3) is None
    assert calls == [list(REFERENCES), ["clip-0"], ["clip-0"], ["clip-1"], ["clip-3"]]
    timed = read_ledger(noises.path).timed
    assert [clip_id for _, clip_id in timed] == ["clip-0", "clip-1", "clip-3"]
    assert all(entry.is_same and entry.audio_s == 1.0 for entry in timed.values())
    calls.clear()
    assert noises.run(Counting(), batch_size=5, n_timed=3) is None
    assert calls == []


def test_a_timed_call_says_its_stages_its_reading_and_the_machines_speed(noises):
    class Staged(Echo):
        def caption(self, clips):
            with stage("encode"):
                pass
            return super().caption(clips)

    noises.during_read = lambda: stage("decode")
    assert noises.run(Staged(), n_timed=3, timeout_s=20) is None
    view = read_ledger(noises.path)
    rows = view.timed_entries("system")
    assert [list(entry.stages) for entry in rows] == [["encode"]] * 3
    assert [list(entry.reading) for entry in rows] == [["decode"]] * 3
    assert all(entry.stages["encode"] <= entry.caption_s for entry in rows)
    assert all(entry.calibration_s > 0 for entry in rows)
    (machine,) = view.machines
    assert {entry.machine for entry in rows} == {machine.machine.hash}
    assert machine.peak_rss_mib > 10


def test_timed_calls_are_not_explained_and_stay_the_same(noises):
    asked = []

    class Watched(Reasoning):
        def explain(self, clips):
            asked.append([clip.clip_id for clip in clips])
            return super().explain(clips)

    assert noises.run(Watched(), n_timed=5, is_explained=True) is None
    assert asked == [[clip_id] for clip_id in REFERENCES]
    assert summarise_latency(read_ledger(noises.path).timed_entries("system"), []).void is None


def test_a_run_that_was_killed_goes_on_to_the_explanations_of_one_that_was_not(noises):
    class Killed(Reasoning):
        n_left = 2

        def explain(self, clips):
            self.n_left -= 1
            if not self.n_left:
                raise KeyboardInterrupt
            return super().explain(clips)

    with pytest.raises(KeyboardInterrupt):
        noises.run(Killed(), batch_size=2, is_explained=True)
    assert [entry.clip_id for entry in noises.entries] == ["clip-0", "clip-1"]
    first = noises.path.read_text()
    assert noises.run(Reasoning(), batch_size=2, is_explained=True) is None
    assert noises.path.read_text().startswith(first)
    resumed = [(entry.caption, entry.explained) for entry in noises.entries]
    noises.path.unlink()
    noises.run(Reasoning(), batch_size=2, is_explained=True)
    assert [(entry.caption, entry.explained) for entry in noises.entries] == resumed


def test_each_fold_is_explained(noises):
    class Reasoned(Human):
        def explain(self, clips):
            return [{"fold": [Evidence(str(self.fold))]} for _ in clips]

    def prepare(resources, options):
        return Reasoned(resources.references, resources.fold)

    assert noises.run(prepare, text_only=True, leave_one_out=True, is_explained=True) is None
    assert len(noises.entries) == 15
    for entry in noises.entries:
        assert entry.explained.evidence == {"fold": (Evidence(str(entry.fold)),)}
    explained = explained_of(read_ledger(noises.path), "system")
    assert {each.evidence["fold"] for each in explained.values()} == {(Evidence("2"),)}


def test_what_does_nothing_says_nothing_of_its_machine(noises):
    noises.run(Echo())
    noises.run(Echo())
    assert len(read_ledger(noises.path).machines) == 1


def test_a_call_that_fails_while_it_is_timed_ends_the_pass_and_voids_it(noises):
    class Tiring(Echo):
        n_calls = 0

        def caption(self, clips):
            self.n_calls += 1
            if self.n_calls > 7:  # five clips, a warm-up, one more
                raise MemoryError("out of memory")
            return super().caption(clips)

    assert noises.run(Tiring(), n_timed=5) is None
    rows = read_ledger(noises.path).timed_entries("system")
    assert [(entry.is_same, entry.error) for entry in rows] == [
        (True, None),
        (False, "MemoryError: out of memory"),
    ]
    assert summarise_latency(rows, []).void == "a call failed: MemoryError: out of memory"


def test_a_caption_that_depends_on_its_batch_voids_its_time(noises):
    assert noises.run(Echo(), batch_size=2, n_timed=5) is None
    is_same = [entry.is_same for entry in read_ledger(noises.path).timed.values()]
    assert is_same == [False, False, False, False, True]  # the last batch held one clip


def test_embeddings_are_computed_anew_while_timing(noises, tmp_path):
    from benchmark.embeddings import EmbeddingStore

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

    assert noises.run(Embedding(), n_timed=5) is None
    assert encoder.n_sounds == 5 + 6  # five clips, then a warm-up and five more
    noises.path.unlink()
    assert noises.run(Embedding()) is None
    assert encoder.n_sounds == 5 + 6
