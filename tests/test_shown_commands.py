"""Every command that the documentation shows exists as it is printed; what can is run."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from shown_commands import PAGES, ROOT, Shown, require_parses, shown_commands

from benchmark.cli.main import bench
from benchmark.datasets.catalogue import DATASETS
from benchmark.encoders import encoder_needs
from benchmark.errors import BenchError
from benchmark.plugins.called_files import is_path
from benchmark.plugins.names import parse_name, split_names
from benchmark.systems.lineups import find_lineup
from benchmark.systems.registry import load_registry

COMMANDS = [shown for page in PAGES for shown in shown_commands(page)]
READERS_OWN = {"mine", "theirs", "quiet", "hum", "pond", "ears"}
"""Systems, data sets and encoders that the reader brings."""

OWN_FILES = ("mine", "theirs", "enclap-a", "enclap-b", "a", "b")
"""Captions files that the reader brings."""

ELSEWHERE = {
    r"[^|]*\./\w+\.py|.*\bhum\b": "tests/test_plugin_pages.py runs it, or installs",
    r"plugins new|systems quiet|run --systems quiet": "tests/test_docs.py runs it",
    r"run .*--out [^ ]*night|gate [^ ]*night|run --systems wsac,wsac-pd,constant|baseline accept": (
        "tests/test_nightly_page.py runs it"
    ),
    r"fetch (?!--list)": "needs a network, or files that a network brings",
    r"data verify|embed ": "needs sounds that are nobody's to give away",
    r"(--no-plugin \w+ |--offline )?run ": "captions a whole split, most after training: minutes",
    r"caption ": "trains on AudioCaps",
    r"profile ": "trains, then measures; tests/cli/commands/test_profile.py runs its like",
    r"gap ": "draws embeddings of a run that takes minutes; tests of plugins/wsac do it",
    r"doctor": "starts Java and a detector; tests/cli/test_doctor.py runs it",
    r"gate ": "judges a night; tests/test_nightly_page.py runs its like",
    r"score (?!mine\.csv( theirs\.csv)? --dataset clotho)(?!\*)": (
        "needs other files; tests/runs/test_captions_files.py reads them all"
    ),
    r"score \*\.csv|record |leaderboard runs/": "of published captions, which lie elsewhere",
    r".*runs/own": "of the reader's own data; the tutorial's page has it from top to bottom",
    r"export ": "needs SPICE; tests/leaderboard/exports writes all forms",
    r"rescore .*(--metrics all|--partial)": "loads every model; or of a run that was cut",
    r"show (runs/RUN|.*--oracle)|compare runs/guidance": "of a run that takes minutes",
    r"score .*--format aac-metrics": "tests/runs/test_aac_metrics_files.py writes these files",
}
"""Why a command is not run here, by the beginning of what stands after ``bench``."""


def why_not(shown: Shown) -> str | None:
    line = " ".join(shown.argv)
    return next((why for begins, why in ELSEWHERE.items() if re.match(begins, line)), None)


RUN_HERE = [shown for shown in COMMANDS if why_not(shown) is None]


def names_of(value):
    texts = [value] if isinstance(value, str) else value or ()
    return [name for text in texts for name in split_names(text)]


@pytest.mark.parametrize("page", PAGES)
def test_every_shown_command_is_one_that_there_is(page):
    for shown in COMMANDS:
        if shown.page != page:
            continue
        try:
            options = require_parses(shown.argv)
        except click.UsageError as error:
            pytest.fail(f"{shown}\n{error.format_message()}")
        require_names(shown, options)


def require_names(shown, options):
    """Refuse names of systems, line-ups, data sets and encoders that there are not."""
    registry = load_registry()
    try:
        for name in names_of(options.get("systems") or options.get("system_name")):
            if not is_path(name) and parse_name(name).name not in READERS_OWN:
                registry.system(name)
        for text in options.get("lineups") or ():
            find_lineup(parse_name(text).name)
        for text in names_of(options.get("encoder") or options.get("encoders")):
            if parse_name(text).name not in READERS_OWN:
                encoder_needs(text)
        for key in ("dataset", "train", "validation"):
            text = options.get(key)
            if isinstance(text, str) and not text.startswith("$"):
                assert text.partition(":")[0] in {*DATASETS, *READERS_OWN, "folder", "none"}, shown
    except BenchError as error:
        pytest.fail(f"{shown}\n{error}")


def test_there_are_commands_on_the_pages_and_each_page_is_read():
    by_page = {page: sum(shown.page == page for shown in COMMANDS) for page in PAGES}
    assert by_page["README.md"] >= 8
    assert by_page["docs/reproduce-papers.md"] >= 10
    assert len(RUN_HERE) >= 12


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder as of somebody who followed the pages: a clone's leaderboards, captions, runs."""
    place = tmp_path_factory.mktemp("place")
    shutil.copytree(ROOT / "leaderboards", place / "leaderboards")
    names = ["Santa Motor.wav", *(f"clip {number}.wav" for number in range(7))]
    words = (
        "a dog barks",
        "rain falls on a roof",
        "people talk",
        "a car drives past",
        "wind howls",
    )
    rows = [
        [name, *(f"{words[(at + n) % 5]} {n}" for n in range(5))] for at, name in enumerate(names)
    ]
    header = ["file_name", *(f"caption_{n}" for n in range(1, 6))]
    write_csv(place / "data" / "clotho" / "clotho_captions_evaluation.csv", header, rows)
    for number, name in enumerate(OWN_FILES):
        captions = [[row[0], row[1 + (at * number) % 5]] for at, row in enumerate(rows)]
        write_csv(place / f"{name}.csv", ["file_name", "caption_predicted"], captions)
    return place


def write_csv(path: Path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def invoke(place, argv):
    more = ["--metrics", "lexical"] if argv[0] == "score" else []
    words = []
    for word in argv:
        found = sorted(map(str, place.glob(word))) if "*" in word and "/" in word else []
        words += found or [word]
    return CliRunner().invoke(bench, [*words, *more], catch_exceptions=True)


def test_what_can_be_run_in_seconds_runs_as_it_is_printed(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.setenv("BENCH_DATA", str(place / "data"))
    monkeypatch.setenv("BENCH_CACHE", str(place / "cache"))
    monkeypatch.setenv("BENCH_MODELS", str(place / "models"))
    files = [f"{name}.csv" for name in OWN_FILES]
    for run in ("mine", "first-look"):
        out = f"runs/{run}"
        before = invoke(place, ["score", *files, "--dataset", "clotho:evaluation", "--out", out])
        assert before.exit_code == 0, before.output
    failed = []
    for shown in sorted(RUN_HERE, key=lambda shown: shown.argv[0] != "score"):
        argv = list(shown.argv)
        if argv[0] == "score" and "--out" in argv:
            argv[argv.index("--out") + 1] += f"-{shown.page.replace('/', '-')}"  # each once
        shutil.rmtree(place / "page", ignore_errors=True)  # several pages write it
        done = invoke(place, argv)
        if done.exit_code != 0:
            failed.append(f"{shown}\n{done.output}\n{done.exception!r}")
    assert not failed, "\n\n".join(failed)
