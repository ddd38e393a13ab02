"""Runs from request to seal: started, stopped, resumed, scored again."""

from __future__ import annotations

import dataclasses
import json

import pytest
from small_clips import write_clips

from benchmark.contract import Evidence, SystemSpec
from benchmark.errors import RunError, UsageError
from benchmark.metrics.suite import MetricModels
from benchmark.plugins.loading import declared_by
from benchmark.plugins.provenance import Provenance
from benchmark.runs.carry_out import rescore_run, resume_run, start_run, start_seeds
from benchmark.runs.ledger import read_ledger
from benchmark.runs.patience import Patience
from benchmark.runs.plan import Feeding
from benchmark.runs.reading import read_run, write_run
from benchmark.runs.requests import RunRequest
from benchmark.systems import built_in
from benchmark.systems.registry import Registry

N_CLIPS = 5
MODELS = MetricModels()


class Hisser:
    """Says how loud a clip is; fails while ``is_broken`` from the third call on."""

    is_broken, n_calls = False, 0

    def caption(self, clips):
        Hisser.n_calls += 1
        if Hisser.is_broken and Hisser.n_calls > 2:
            raise MemoryError("out of memory")
        return [f"a noise of {abs(clip.waveform).max():.2f} hisses" for clip in clips]

    def explain(self, clips):
        return [{"peak": [Evidence("level", float(clip.waveform.max()))]} for clip in clips]


@pytest.fixture(autouse=True)
def whole_hisser(monkeypatch):
    monkeypatch.setattr(Hisser, "is_broken", False)
    monkeypatch.setattr(Hisser, "n_calls", 0)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return write_clips(tmp_path_factory.mktemp("data") / "clips", n_test=N_CLIPS)


@pytest.fixture(scope="module")
def registry():
    registry = Registry()
    registry.add("(built in)", Provenance("aac-bench", "1"), declared_by(built_in)["system"])
    spec = SystemSpec("hisser", "hears levels", lambda resources, options: Hisser())
    registry.add("test", Provenance("test", "1"), [spec])
    return registry


@pytest.fixture
def start(clips, registry, tmp_path):
    def run(*systems, out="run", **changes):
        request = RunRequest(systems, f"folder:{clips}:test", clips, ("bleu_1", "rouge_l"))
        request = dataclasses.replace(request, **{"feeding": Feeding(), **changes})
        return start_run(request, registry, tmp_path / out, MODELS)

    return run


@pytest.fixture
def resume(clips, registry):
    return lambda path: resume_run(path, registry, clips, MODELS)


def interrupt(path, n_lines):
    """Leave a run as a kill would: no seal, and the ledger's first lines."""
    (path / "manifest.json").unlink()
    lines = (path / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (path / "ledger.jsonl").write_bytes(b"".join(lines[:n_lines]))


def test_a_run_captions_scores_and_seals(start):
    record = start("hisser", "constant")
    assert list(record.systems) == ["hisser", "constant"]
    assert record.manifest.is_complete
    assert all(len(system.captions) == N_CLIPS for system in record.systems.values())
    assert read_run(record.path).content_id == record.content_id


def test_what_a_system_raises_is_in_the_manifest_and_the_others_go_on(start, monkeypatch):
    monkeypatch.setattr(Hisser, "is_broken", True)
    record = start("hisser", "constant")
    assert record.manifest.failures == {
        "hisser": "at clip 'test-02.wav': MemoryError: out of memory"
    }
    hisser, constant = (record.system(name).sealed for name in ("hisser", "constant"))
    assert (hisser.n_scored, hisser.n_failed, hisser.is_complete) == (2, 1, False)
    assert (constant.n_scored, constant.is_complete) == (N_CLIPS, True)


def test_resuming_goes_on_after_the_last_caption(start, resume):
    before = start("hisser")
    interrupt(before.path, n_lines=3)  # what got ready, and two clips
    Hisser.n_calls = 0
    after = resume(before.path)
    assert Hisser.n_calls == 3
    assert after.scores == before.scores
    assert after.system("hisser").captions == before.system("hisser").captions


def test_what_captions_leaned_on_is_kept_resumed_and_read_again(start, resume, clips):
    before = start("hisser", "constant", feeding=Feeding(is_explained=True))
    explained = before.system("hisser").explained
    assert list(explained) == [f"test-{number:02d}.wav" for number in range(N_CLIPS)]
    assert all(list(each.evidence) == ["peak"] for each in explained.values())
    assert before.system("constant").explained == {}
    assert read_run(before.path).system("hisser").explained == explained
    interrupt(before.path, n_lines=3)
    assert resume(before.path).system("hisser").explained == explained
    assert rescore_run(before.path, clips, MODELS).system("hisser").explained == explained


def test_explanations_are_no_part_of_a_runs_identity_nor_of_its_one_file(start, tmp_path):
    record = start("hisser", feeding=Feeding(is_explained=True))
    silent = {
        name: dataclasses.replace(each, explained={}) for name, each in record.systems.items()
    }
    assert dataclasses.replace(record, systems=silent).content_id == record.content_id
    write_run(record, tmp_path / "run.json")
    again = read_run(tmp_path / "run.json")
    assert (again.content_id, again.system("hisser").explained) == (record.content_id, {})


def test_resuming_what_failed_tries_it_again(start, resume, monkeypatch):
    monkeypatch.setattr(Hisser, "is_broken", True)
    broken = start("hisser")
    monkeypatch.setattr(Hisser, "is_broken", False)
    record = resume(broken.path)
    assert record.manifest.failures == {}
    assert record.manifest.is_complete
    assert record.system("hisser").scores.n_scored == N_CLIPS


def test_resuming_a_finished_run_calls_nobody_and_changes_no_number(start, resume):
    before = start("hisser", "human")
    ledger = (before.path / "ledger.jsonl").read_bytes()
    Hisser.n_calls = 0
    after = resume(before.path)
    assert Hisser.n_calls == 0
    assert (before.path / "ledger.jsonl").read_bytes() == ledger
    assert after.scores == before.scores


def test_a_run_is_finished_without_a_system_whatever_became_of_it(start, clips, monkeypatch):
    monkeypatch.setattr(Hisser, "is_broken", True)
    before = start("hisser", "constant")
    interrupt(before.path, n_lines=3)
    bare = Registry()  # whoever brought the hisser may be gone by now
    bare.add("(built in)", Provenance("aac-bench", "1"), declared_by(built_in)["system"])
    after = resume_run(before.path, bare, clips, MODELS, without=["hisser"])
    assert list(after.systems) == ["constant"]
    assert after.manifest.is_complete
    assert after.scores.systems["constant"] == before.scores.systems["constant"]
    (left_out,) = read_run(before.path).plan.left_out
    assert left_out.reason.startswith("left out on resuming, after 2 captions")
    assert rescore_run(before.path, clips, MODELS).scores == after.scores


def test_a_run_is_unsealed_once_its_ledger_grows(start, clips, registry, tmp_path):
    folder, seals = tmp_path / "run", []

    class Watching:
        def caption(self, clips):
            seals.append((folder / "manifest.json").exists())
            if len(seals) < 3:
                raise MemoryError("out of memory")
            return ["a hiss"]

    watched = Registry()
    watched.add("(built in)", Provenance("aac-bench", "1"), declared_by(built_in)["system"])
    watched.add("test", Provenance("test", "1"), [SystemSpec("hisser", "x", lambda *_: Watching())])
    request = RunRequest(("hisser",), f"folder:{clips}:test", clips, ("bleu_1",))
    start_run(request, watched, folder, MODELS)
    assert (folder / "manifest.json").exists()
    resume_run(folder, watched, clips, MODELS)
    assert (folder / "manifest.json").exists()
    resume_run(folder, watched, clips, MODELS)
    # The first call of each try has no entry before it but what says how long getting ready took.
    assert seals[:2] == [False, False]
    assert not any(seals)
    assert read_run(folder).integrity.state == "sealed"


def test_a_run_keeps_to_its_patience_unless_it_is_told_otherwise(
    start, resume, registry, clips, monkeypatch
):
    monkeypatch.setattr(Hisser, "is_broken", True)
    before = start("hisser", feeding=Feeding(patience=Patience(max_failures=1)))
    assert list(before.systems["hisser"].sealed.failed_clips) == ["test-02.wav", "test-03.wav"]
    Hisser.n_calls = 2
    again = resume(before.path)
    assert "2 of 5 clips failed, and 1 may" in again.manifest.failures["hisser"]
    Hisser.n_calls = 1
    after = resume_run(before.path, registry, clips, MODELS, patience={"max_failures": None})
    assert after.plan.feeding.patience == Patience(max_failures=None)
    assert after.manifest.failures == {}
    assert list(after.systems["hisser"].sealed.failed_clips) == ["test-03.wav", "test-04.wav"]
    assert read_run(before.path).plan == after.plan


def test_a_run_that_was_timed_is_not_timed_again(start, resume):
    record = start("hisser", feeding=Feeding(n_timed=2))
    assert record.system("hisser").sealed.latency.n_calls == 2
    resume(record.path)
    kinds = [
        json.loads(line)["row"] for line in (record.path / "ledger.jsonl").read_text().splitlines()
    ]
    assert kinds.count("profile") == 2


def test_timing_that_was_interrupted_is_done_whole(start, resume):
    record = start("hisser", feeding=Feeding(n_timed=2))
    interrupt(record.path, n_lines=1 + N_CLIPS)
    again = resume(record.path)
    assert again.system("hisser").sealed.latency.n_calls == 2


def test_rescoring_computes_other_metrics_from_the_same_captions(start, clips):
    before = start("hisser", "human")
    ledger = (before.path / "ledger.jsonl").read_bytes()
    more = rescore_run(before.path, clips, MODELS, ("cider_d",))
    former = list(before.system("hisser").scores.metrics)
    assert list(more.system("hisser").scores.metrics) == [*former, "cider_d"]
    assert more.system("hisser").value("bleu_1") == before.system("hisser").value("bleu_1")
    most = rescore_run(before.path, clips, MODELS, ("bleu_4",))
    assert {*former, "cider_d", "bleu_4"} == {*most.system("hisser").scores.metrics}
    after = rescore_run(before.path, clips, MODELS, ("cider_d",), is_only=True)
    assert list(after.system("hisser").scores.metrics) == ["cider_d"]
    assert (before.path / "ledger.jsonl").read_bytes() == ledger
    assert read_run(before.path).plan.metrics == before.plan.metrics  # what was asked for stays


def test_rescoring_without_metrics_gives_the_planned_ones_to_the_digit(start, clips):
    before = start("hisser", "human")
    assert rescore_run(before.path, clips, MODELS).scores == before.scores


def test_rescoring_keeps_why_a_system_stopped(start, clips, monkeypatch):
    monkeypatch.setattr(Hisser, "is_broken", True)
    before = start("hisser")
    after = rescore_run(before.path, clips, MODELS)
    assert after.manifest.failures == before.manifest.failures != {}


def test_an_unfinished_run_is_resumed_and_not_rescored(start, resume, clips):
    record = start("hisser")
    (record.path / "manifest.json").unlink()
    with pytest.raises(RunError, match="is unfinished"):
        rescore_run(record.path, clips, MODELS)
    assert resume(record.path).manifest.is_complete


def test_an_unfinished_run_is_scored_as_far_as_it_came_and_says_so_until_it_is_finished(
    start, resume, clips
):
    before = start("hisser", "constant")
    interrupt(before.path, n_lines=4)  # what got ready, and three clips
    partial = rescore_run(before.path, clips, MODELS, takes_partial=True)
    assert partial.manifest.is_partial
    assert not partial.manifest.is_complete
    sealed = {name: system.sealed for name, system in partial.systems.items()}
    assert [(each.n_scored, each.n_missing) for each in sealed.values()] == [(3, 2), (0, 5)]
    assert sealed["hisser"].flaws == ("partial run", "2 missing")
    assert read_run(before.path).manifest == partial.manifest
    with pytest.raises(RunError, match=r"is partial: .* `bench run --resume .*--partial"):
        rescore_run(before.path, clips, MODELS)
    again = rescore_run(before.path, clips, MODELS, takes_partial=True)
    assert again.scores == partial.scores
    after = resume(before.path)
    assert after.manifest.is_complete
    assert after.scores == before.scores


def test_a_run_that_was_killed_before_its_seal_is_partial_though_no_clip_is_missing(
    start, resume, clips
):
    before = start("hisser")
    (before.path / "manifest.json").unlink()
    partial = rescore_run(before.path, clips, MODELS, takes_partial=True)
    assert partial.systems["hisser"].sealed.flaws == ("partial run",)
    assert not resume(before.path).manifest.is_partial


def test_a_finished_run_is_not_partial_whoever_would_take_one(start, clips):
    before = start("hisser")
    assert rescore_run(before.path, clips, MODELS, takes_partial=True).manifest.is_complete


@pytest.mark.parametrize(
    "go_on",
    [
        lambda path, registry, root: resume_run(path, registry, root, MODELS),
        lambda path, registry, root: rescore_run(path, root, MODELS),
    ],
    ids=["resume", "rescore"],
)
def test_a_run_does_not_go_on_with_other_captions(start, registry, tmp_path, go_on):
    moved = write_clips(tmp_path / "clips", n_test=N_CLIPS)
    record = start("constant", dataset=f"folder:{moved}:test")
    text = (moved / "test.csv").read_text()
    (moved / "test.csv").write_text(text.replace("hisses", "roars", 1))
    with pytest.raises(RunError, match=r"hash to .*, but the run was made with .*--data-root"):
        go_on(record.path, registry, moved)
    assert (record.path / "manifest.json").exists()  # refused before anything was touched


def test_a_run_of_each_seed_has_its_folder(clips, registry, tmp_path):
    request = RunRequest(
        ("random-train",), f"folder:{clips}:test", clips, ("bleu_1",), feeding=Feeding()
    )
    records = start_seeds(request, [3, 1], registry, tmp_path / "seeds", MODELS)
    assert [record.path.name for record in records] == ["seed-3", "seed-1"]
    assert [record.plan.seed for record in records] == [3, 1]
    first, second = (record.system("random-train").captions for record in records)
    assert first != second


def test_all_seeds_are_planned_before_the_first_begins(clips, registry, tmp_path):
    (tmp_path / "seeds" / "seed-2").mkdir(parents=True)
    (tmp_path / "seeds" / "seed-2" / "plan.json").write_text("{}")
    request = RunRequest(("hisser",), f"folder:{clips}:test", clips, ("bleu_1",))
    with pytest.raises(RunError, match="holds a run already"):
        start_seeds(request, [1, 2], registry, tmp_path / "seeds", MODELS)
    assert Hisser.n_calls == 0


def test_a_request_that_cannot_be_met_leaves_no_folder(start, tmp_path):
    with pytest.raises(UsageError, match="named more than once"):
        start("constant", "constant")
    assert not (tmp_path / "run").exists()


def test_every_caption_of_a_run_has_a_key_of_its_sound(start):
    record = start("hisser", "constant")
    view = read_ledger(record.path / "ledger.jsonl")
    for name in ("hisser", "constant"):
        assert len({entry.key for entry in view.entries(name)}) == N_CLIPS
    both = {entry.key for name in record.systems for entry in view.entries(name)}
    assert len(both) == 2 * N_CLIPS
