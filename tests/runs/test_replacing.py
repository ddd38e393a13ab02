"""A run that is scored again while the machine fails: it is the old run or the new one, whole."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
from functools import partial
from pathlib import Path

import pytest
from small_clips import write_clips

from benchmark.errors import BenchError, MachineError, RunError
from benchmark.files import parse_json
from benchmark.metrics.suite import MetricModels
from benchmark.runs.captions_files import score_files
from benchmark.runs.carry_out import rescore_run, resume_run
from benchmark.runs.locking import at_work
from benchmark.runs.reading import read_run
from benchmark.runs.requests import ScoreRequest
from benchmark.systems.registry import Registry

MODELS = MetricModels()
WATCHED = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
KILLED = 9
_OFFSET, _STEP = 6, 3
"""Which moments are tried: all but every third take no less care and more time."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("scored")
    clips = write_clips(place / "clips", n_test=4)
    lines = [f"test-0{at}.wav,a noise number {at}" for at in range(4)]
    (place / "mine.csv").write_text("\n".join(["file_name,caption_predicted", *lines]) + "\n")
    request = ScoreRequest((place / "mine.csv",), f"folder:{clips}:test", clips, ("bleu_1",))
    score_files(request, place / "run", MODELS)
    return place


@pytest.fixture
def run(place, tmp_path):
    return Path(shutil.copytree(place / "run", tmp_path / "run"))


def rescore(place, run):
    return rescore_run(run, place / "clips", MODELS, ("bleu_1", "sent_len.cands"))


def in_a_child(work):
    """Do something in a forked process; return its exit status, and whether it was killed."""
    child = os.fork()
    if not child:
        status = 1
        try:
            work()
            status = 0
        except MachineError:
            status = MachineError.exit_code
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def rescore_and_die(place, run, n_events):
    """Score a run again, and be killed at the n-th thing that is done to a file of it."""
    left = n_events

    def watch(event, arguments):
        nonlocal left
        if event in WATCHED and isinstance(arguments[0], str | os.PathLike):
            left -= str(run) in os.fspath(arguments[0])
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    rescore(place, run)


def test_a_kill_at_any_moment_leaves_the_old_run_or_the_new_one(place, run, tmp_path):
    old = read_run(run).scores
    new = rescore(place, shutil.copytree(run, tmp_path / "new")).scores
    found, n_events, status = [], _OFFSET, -KILLED
    while status == -KILLED:
        shutil.rmtree(run)
        shutil.copytree(place / "run", run)
        status = in_a_child(partial(rescore_and_die, place, run, n_events))
        found.append(read_run(run).scores)
        assert found[-1] in (old, new)
        n_events += _STEP
    assert status == 0
    assert (found[0], found[-1]) == (old, new)
    assert found == sorted(found, key=lambda scores: scores == new)  # never back again
    assert n_events > 20


def test_what_a_kill_left_is_cleared_by_the_next_one(place, run):
    for n_events in (14, 24, 30):
        in_a_child(partial(rescore_and_die, place, run, n_events))
    rescore(place, run)
    assert sorted(path.name for path in run.iterdir()) == sorted(
        path.name for path in (place / "run").iterdir()
    )


def test_a_full_disk_leaves_the_run_as_it_was(place, run):
    before = {path.name: path.read_bytes() for path in run.iterdir()}

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))  # bytes: no file gets longer
        rescore(place, run)

    assert in_a_child(fill) == MachineError.exit_code
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def test_one_process_at_a_time_works_on_a_run(place, run):
    works = [
        lambda: rescore(place, run),
        lambda: resume_run(run, Registry(), place / "clips", MODELS),
    ]
    with at_work(run):
        for work in works:
            with pytest.raises(RunError, match=r"run: another process is at work on this run\. W"):
                work()
        assert read_run(run).integrity.state == "sealed"  # reading is no work
    for work in works:
        work()


def test_a_lock_ends_with_its_process(run):
    def hold_and_die():
        with at_work(run):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(hold_and_die) == -KILLED
    with at_work(run):
        pass


def test_an_edit_of_an_unfinished_run_shows_once_it_had_been_sealed(place, run):
    (run / "manifest.json").rename(run / "unsealed.json")  # as where a kill stopped more work
    ledger = run / "ledger.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole.replace(b"a noise number 1", b"a noise number 2"))
    with pytest.raises(BenchError, match=r"ledger\.jsonl begins otherwise than what was sealed"):
        resume_run(run, Registry(), place / "clips", MODELS)
    ledger.write_bytes(whole)
    resume_run(run, Registry(), place / "clips", MODELS)
    assert read_run(run).integrity.state == "sealed"
    assert not (run / "unsealed.json").exists()
    assert parse_json((run / "manifest.json").read_bytes())["seal"]["edits"] == []
