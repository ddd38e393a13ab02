"""What a captioner says about itself, from its attributes to the leaderboard."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin_distributions import write_distribution
from read_tables import read_open

from benchmark.contract import SplitLabel
from benchmark.errors import PluginError
from benchmark.leaderboard.rows import rows_of
from benchmark.leaderboard.tables import render
from benchmark.runs.reading import read_runs
from benchmark.systems.disclosure import Disclosure, read_disclosure, read_trained_on, saw_data

PLUGIN = """
import dataclasses
from benchmark import SystemSpec, hookimpl

BENCH_API = 2


@dataclasses.dataclass(frozen=True)
class Options:
    weights: str = "small"
    stops_after: int = 100


class Teller:
    def __init__(self, resources, options):
        self.limit = options.stops_after
        self.trained_on = ("folder:CLIPS:train",) if options.weights == "big" else ("web",)
        self.facts = {"weights": options.weights, "fold": resources.fold, "n_cut": 0, "std": 0.25}

    def caption(self, clips):
        self.facts["n_cut"] += len(clips)
        if self.facts["n_cut"] > self.limit:
            raise RuntimeError("told to")
        return ["a sound" for _ in clips]


class Silent:
    def caption(self, clips):
        return ["a sound" for _ in clips]


@hookimpl
def bench_systems():
    yield SystemSpec("teller", "tells", Teller, Options, trained_on=("audiocaps",))
    yield SystemSpec("folds", "tells", Teller, Options, leave_one_out=True)
    yield SystemSpec("mute", "claims nothing", lambda *_: Silent())
    yield SystemSpec("silent", "does not", lambda *_: Silent(), trained_on=("audiocaps:train",))
"""


def captioner(**attributes):
    return type("Captioner", (), attributes)()


@pytest.fixture
def run(bench, clips_folder, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    write_distribution(site, "bench-teller", PLUGIN.replace("CLIPS", str(clips_folder)))

    def run_bench(*arguments, exit_code=0):
        done = bench(*arguments, PYTHONPATH=str(site))
        assert done.returncode == exit_code, done.stderr
        return done.stdout

    def start(systems, *arguments, exit_code=0):
        return run_bench(
            "run", "--systems", systems, "--dataset", f"folder:{clips_folder}", "--out", "run",
            "--metrics", "lexical", *arguments, exit_code=exit_code,
        )  # fmt: skip

    start.again = run_bench
    start.manifest = lambda: json.loads((tmp_path / "run" / "manifest.json").read_text())["systems"]
    return start


finite = st.floats(allow_nan=False, allow_infinity=False)
integers = st.integers(min_value=-(2**255), max_value=2**255)
facts = st.none() | st.booleans() | integers | st.text() | finite


@given(st.lists(st.text()).map(tuple), st.dictionaries(st.text(), facts))
def test_what_the_contract_allows_is_taken_as_it_is(trained_on, told):
    found = read_disclosure(captioner(trained_on=trained_on, facts=told))
    assert found == Disclosure(trained_on, told)


def test_a_captioner_need_not_say_anything():
    assert read_disclosure(captioner()) == Disclosure(None, {})


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"trained_on": "clotho"}, r"trained_on is 'clotho' \(str\); expected a tuple of str"),
        ({"trained_on": ["clotho"]}, r"trained_on is \['clotho'\] \(list\); expected a tuple"),
        ({"trained_on": (None,)}, r"trained_on holds None \(NoneType\); expected names"),
        ({"facts": [("a", 1)]}, r"facts are \[\('a', 1\)\] \(list\); expected a mapping"),
        ({"facts": {1: "a"}}, r"facts name one 1 \(int\); expected a str"),
        ({"facts": {"gap": [1, 2]}}, r"fact 'gap' is \[1, 2\] \(list\); expected a str, int"),
        ({"facts": {"std": float("nan")}}, r"fact 'std' is nan \(float\); .* finite float"),
        ({"facts": {"a \ud800": 1}}, r"name of a fact .* holds half a surrogate pair"),
        ({"facts": {"a": "\ud800"}}, r"fact 'a' holds half a surrogate pair"),
        ({"facts": {"a": "x" * 10_001}}, r"fact 'a' is 10,001 characters long; .* 10,000"),
        ({"facts": {"a": 10**5_000}}, r"fact 'a' is a number of 16,610 bits; .* at most 256"),
        ({"trained_on": ("\ud800",)}, r"trained_on holds half a surrogate pair"),
        ({"facts": {"std": np.float32(1)}}, r"fact 'std' is .*\(float32\)"),
    ],
)
def test_anything_else_is_refused_by_what_it_is(attributes, message):
    with pytest.raises(PluginError, match=message):
        read_disclosure(captioner(**attributes))


@pytest.mark.parametrize(
    ("trained_on", "dataset", "expected"),
    [
        ((), "clotho", "no"),
        (("audiocaps:train", "web"), "clotho", "no"),
        (("clotho:development",), "clotho", "yes"),
        (("unknown", "Clotho"), "clotho", "yes"),
        (("clotho-moments:train",), "clotho", "no"),
        (("wavcaps", "unknown"), "clotho", "unknown"),
        (("wavcaps",), "audiocaps", "no"),
        (("audiocaps:train", "unknown"), "clotho", "unknown"),
        ((), "folder:own/clips", "no"),
        (("audiocaps:train",), "folder:own/clips", "unknown"),
        (("folder:own/clips:train",), "folder:own/clips", "yes"),
    ],
)
def test_weights_saw_a_data_set_that_they_name(trained_on, dataset, expected):
    assert saw_data(trained_on, SplitLabel(dataset, "test")) == expected


def test_the_manifest_holds_what_was_said_after_the_last_clip(run):
    text = run("teller[weights=big],silent,constant")
    manifest = run.manifest()
    told = {"weights": "big", "fold": 0, "n_cut": 12, "std": 0.25}
    assert manifest["teller[weights=big]"]["facts"] == told
    assert manifest["teller[weights=big]"]["trained_on"][0].startswith("folder:")
    assert manifest["silent"]["facts"] == {}
    assert manifest["silent"]["trained_on"] == ["audiocaps:train"]
    turned = {label: values for label, *values in read_open(text)[0]}
    assert turned["saw data"] == ["unknown", "yes", "no"]  # silent, teller, constant
    again = run.again("rescore", "run")
    assert run.manifest() == manifest
    assert "saw data" in again


def test_of_a_system_that_says_nothing_nobody_knows_what_it_saw(run, tmp_path):
    run("mute,constant", "--limit", "3")
    rows = {row.system: row.saw_data for row in rows_of(read_runs([tmp_path / "run"]))}
    assert rows == {"mute": "unknown", "constant": "no"}


def test_of_the_folds_the_last_one_counts(run):
    run("folds")
    assert run.manifest()["folds"]["facts"]["fold"] == 1


def test_resuming_keeps_what_was_said(run):
    run("teller", "--limit", "5")
    sealed = run.manifest()
    run.again("run", "--resume", "run")
    assert run.manifest() == sealed


def test_what_stopped_while_captioning_has_said_what_it_is(run):
    run("teller[stops_after=5]", exit_code=1)
    told = run.manifest()["teller[stops_after=5]"]
    assert told["facts"]["weights"] == "small"
    assert told["trained_on"] == ["web"]


def test_every_format_tells_facts_and_whether_the_data_were_seen(run, tmp_path):
    run("teller", "--limit", "3")
    rows = rows_of(read_runs([tmp_path / "run"]))
    (record,) = json.loads(render(rows, "json"))
    (line,) = csv.DictReader(io.StringIO(render(rows, "csv")))
    assert record["saw_data"] == line["saw_data"] == "unknown"
    assert record["facts"] == json.loads(line["facts"])
    assert record["facts"]["n_cut"] == 3
    assert "| saw data" in render(rows, "md")


def test_a_run_sealed_before_systems_spoke_is_read(run, tmp_path):
    run("silent")
    path = tmp_path / "run" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["systems"]["silent"]["trained_on"], manifest["systems"]["silent"]["facts"]
    del manifest["seal"]
    path.write_text(json.dumps({**manifest, "schema": 1}))
    (row,) = rows_of(read_runs([tmp_path / "run"]))
    assert (row.trained_on, dict(row.record.sealed.facts), row.saw_data) == (
        ("audiocaps:train",),
        {},
        "unknown",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [(None, None), ("nothing", ()), ("a:b c", ("a:b", "c")), ("a, b", ("a", "b"))],
)
def test_what_it_was_trained_on_is_read_from_words(text, names):
    assert read_trained_on(text) == names
