"""What the pages for authors of plugins show is written to files and run."""

from __future__ import annotations

import importlib
import os
import re
import sys

import pytest
from click.testing import CliRunner
from shown_commands import ROOT, shown_commands
from small_clips import write_clips

from benchmark.cli.main import bench
from benchmark.cli.own_commands import OWN_COMMANDS
from benchmark.plugins.loading import forget_installed
from benchmark.runs.reading import read_run
from benchmark.testing import check_captioner, check_dataset, check_encoder, check_metric

PAGES = ("your-captioner.md", "your-metric.md", "your-data-set.md", "your-encoder.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
QUICK = {
    "run": ["--isolation", "none", "--profile", "0", "--limit", "2"],
    "score": ["--allow-missing"],
}
ELSEWHERE = re.compile(r"profile|plugins|.*\bhum\b")
"""Commands that other tests run: they measure, or are of what was installed."""


def blocks(page, language):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [code for found, code in BLOCK.findall(text) if found == language]


def write_files(page, place):
    """Write each block of Python to the file that its first line names."""
    for code in blocks(page, "python"):
        named = re.match(r"# ([\w/-]+\.py)\n", code)
        assert named, f"{page}: a block of Python names no file:\n{code}"
        path = place / named[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of somebody who has sounds, and captions of Clotho's clips."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "data" / "clotho").mkdir(parents=True)
    names = [f"{number}.wav" for number in range(3)]
    rows = [f"{name},{','.join([f'rain falls {name[0]} times'] * 5)}" for name in names]
    header = f"file_name,{','.join(f'caption_{n}' for n in range(1, 6))}"
    captions = tmp_path / "data" / "clotho" / "clotho_captions_evaluation.csv"
    captions.write_text("\n".join([header, *rows]) + "\n")
    said = [f"{name},rain falls on a roof" for name in names]
    (tmp_path / "mine.csv").write_text("\n".join(["file_name,caption_predicted", *said]) + "\n")
    write_clips(tmp_path / "my-sounds", n_test=1)
    yield tmp_path
    forget_installed()


def run_page(page, place):
    """Run what a page shows; returns what each command printed, and the folders of its runs."""
    write_files(page, place)
    said, runs = {}, []
    for shown in shown_commands(f"docs/{page}"):
        argv = list(shown.argv)
        if ELSEWHERE.match(" ".join(argv)):
            continue
        name = next(word for word in argv if word in OWN_COMMANDS)
        argv += QUICK.get(name, [])
        if name in QUICK:
            runs.append(place / f"run-{len(runs)}")
            argv += ["--out", str(runs[-1])]
            argv += [] if "--metrics" in argv else ["--metrics", "rouge_l"]
        done = CliRunner().invoke(bench, argv)
        assert done.exit_code == 0, f"{shown}\n{done.output}\n{done.exception!r}"
        said[" ".join(shown.argv)] = done.output
    return said, [read_run(run) for run in runs]


def test_the_captioners_of_the_page_run_from_their_files(place):
    said, runs = run_page("your-captioner.md", place)
    assert [[*run.systems] for run in runs] == [
        ["mine", "constant"],
        ["quiet", "quiet[threshold=0.2]", "loud"],
    ]
    assert "amplitude from which a clip is loud" in said["systems ./quiet.py"]
    assert runs[0].system("mine").sealed.trained_on == ("unknown",)
    assert runs[1].system("loud").sealed.trained_on == ()
    assert "a sound of" in said["caption my-sounds/ --system ./mine.py"]


def test_the_metrics_of_the_page_are_columns(place):
    _, (scored, run) = run_page("your-metric.md", place)
    (system,) = scored.systems.values()
    assert system.cell("overlap").value == pytest.approx(0.4)  # rain falls, of five words
    assert 0 <= run.system("constant").cell("overlap").value <= 1
    asked = ["score", "mine.csv", "--dataset", "clotho:evaluation", "--allow-missing"]
    asked += ["--metrics", "./length.py,./long_words.py", "--out", "more"]
    done = CliRunner().invoke(bench, asked)
    assert done.exit_code == 0, done.output
    (system,) = read_run(place / "more").systems.values()
    assert system.cell("length").value == 5.0
    assert system.cell("long-words").value == 0.0


def write_sounds(place, split):
    """Write the csv that the page shows under the name of a split, and the sounds of its clips."""
    import numpy as np
    import soundfile

    (csv,) = blocks("your-data-set.md", "csv")
    sounds = place / "data" / "pond" / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    (sounds.parent / f"{split}.csv").write_text(csv)
    for name in re.findall(r"^\w+\.wav", csv, flags=re.MULTILINE):
        soundfile.write(sounds / name, np.zeros(1600), 16_000)


def test_the_data_set_of_the_page_is_listed_verified_and_captioned(place):
    write_sounds(place, "night")
    said, (run,) = run_page("your-data-set.md", place)
    assert (
        "pond: frogs at night\n  splits   dusk, night (default)"
        in said["--plugin ./pond.py datasets"]
    )
    assert "2 of 2 have a sound" in said["--plugin ./pond.py data verify pond"]
    assert run.system("constant").cell("rouge_l").value is not None
    done = CliRunner().invoke(bench, ["--plugin", "known_pond.py", "datasets"])
    assert "known-pond" in done.output, done.output


def test_the_encoder_of_the_page_is_taken_by_systems(place):
    said, (run,) = run_page("your-encoder.md", place)
    (embedded,) = [printed for command, printed in said.items() if " embed " in command]
    assert "ears[floor=0.2] (sounds of width 3" in embedded
    assert "ears" in said["--plugin ./ears.py encoders"]
    plain, other = run.systems.values()
    assert (plain.name, other.name) == (
        "nn-clap[encoder=ears]",
        'nn-clap[encoder="ears[floor=0.2]"]',
    )
    assert plain.cell("rouge_l").value is not None


@pytest.mark.parametrize(
    ("page", "name", "record", "check"),
    [
        ("your-captioner.md", "quiet", "QUIET", check_captioner),
        ("your-metric.md", "long_words", "ENGINE", check_metric),
        ("your-data-set.md", "bench_pond", "POND", check_dataset),
        ("your-encoder.md", "bench_ears", "EARS", check_encoder),
    ],
)
def test_what_the_pages_show_keeps_the_contract(page, name, record, check, place, monkeypatch):
    write_files(page, place)
    monkeypatch.setenv("PYTHONPATH", f"{place}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    for split in ("dusk", "night") if check is check_dataset else ():
        write_sounds(place, split)
    module = importlib.import_module(name)
    try:
        check(getattr(module, record))
    finally:
        for file in place.glob("*.py"):
            sys.modules.pop(file.stem, None)
