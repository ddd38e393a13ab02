"""No edit of a run's files ends a command in a traceback, or goes unnamed; the short form."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmark.cli.main import bench
from benchmark.runs.reading import read_run

spec = importlib.util.spec_from_file_location(
    "edits_of_runs", Path(__file__).with_name("edits_of_runs.py")
)
edits_of_runs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(edits_of_runs)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("made")
    edits_of_runs.make(place)
    return place


def test_edits_are_named_or_marked_and_end_in_no_traceback(made):
    found = edits_of_runs.attack(made, seed=1, n_attacks=100)
    assert not [what for what in found if what.startswith("!")]
    assert found["tried"] == found["survived"] == 100
    assert min(found["refused"], found["trusted"], found["forged"]) > 10


def say(made, place, command, *more):
    """Give a command a run whose score was edited; return what it says, errors included."""
    shutil.copytree(made / "run", place / "run")
    shutil.copy(made / "baseline.json", place / "baseline.json")
    path = place / ("run/scores.json" if command in edits_of_runs.RUN else "baseline.json")
    path.write_text(path.read_text().replace('"value": 0.', '"value": 0.9', 1))
    names = {"run": place / "run", "baseline": place / "baseline.json", "place": place}
    kept = {"whole": made / "run", "kept": made / "baseline.json"}
    words = [word.format(**names, **kept) for word in command.words]
    done = CliRunner().invoke(bench, [*words, *more])
    return done.exit_code, f"{done.output} {done.exception}"


def id_of(command):
    return " ".join(word for word in command.words if "{" not in word)


COMMANDS = [*edits_of_runs.RUN, *edits_of_runs.BASELINE]
READING = [each for each in COMMANDS if each.words[0] not in edits_of_runs.HEALING]


@pytest.mark.parametrize("command", READING, ids=id_of)
def test_every_command_that_reads_a_run_names_an_edit(made, tmp_path, command):
    code, said = say(made, tmp_path, command)
    assert code != 0
    assert "it was edited since it was sealed" in said


@pytest.mark.parametrize("command", [each for each in READING if each.is_marked], ids=id_of)
def test_what_is_trusted_is_marked_in_every_format(made, tmp_path, command):
    _, said = say(made, tmp_path, command, "--trust-edited")
    assert "it was edited since" not in said
    assert "edited" in said.lower()


@pytest.mark.parametrize(
    ("word", "report"),
    [("report", "page/index.html"), ("latency", "picture.svg"), ("gate", "junit.xml")],
)
def test_files_of_what_is_trusted_are_marked_too(made, tmp_path, word, report):
    command = next(each for each in edits_of_runs.RUN if word in each.words)
    say(made, tmp_path, command, "--trust-edited")
    assert "EDITED" in (tmp_path / report).read_text()


def test_a_trusted_edit_stays_known(made, tmp_path):
    say(made, tmp_path, edits_of_runs.RUN[0])
    ledger = tmp_path / "run" / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace('"caption": "', '"caption": "loud ', 1))
    done = CliRunner().invoke(bench, ["rescore", str(tmp_path / "run"), "--trust-edited"])
    assert done.exit_code == 0, done.output
    assert "(EDITED)" in done.output
    again = CliRunner().invoke(bench, ["leaderboard", str(tmp_path / "run")])
    assert "ledger.jsonl holds something else than was sealed" in str(again.exception)


@pytest.mark.parametrize("command", ["rescore", "run"])
def test_what_is_derived_is_made_anew_whatever_it_holds(made, tmp_path, command):
    shutil.copytree(made / "run", tmp_path / "run")
    for name in ("scores.json", "statistics.json", "per_clip.csv"):
        (tmp_path / "run" / name).write_text("damaged")
    words = ["rescore"] if command == "rescore" else ["run", "--isolation", "none", "--resume"]
    done = CliRunner().invoke(bench, [*words, str(tmp_path / "run")])
    assert done.exit_code == 0, (done.output, done.exception)
    assert read_run(tmp_path / "run").scores == read_run(made / "run").scores
