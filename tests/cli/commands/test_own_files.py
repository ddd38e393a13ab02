"""Captioners and metrics from files, packaged by nobody."""

from __future__ import annotations

import json
import os

import pytest
from own_files import CLASS, FUNCTION, HOOK, METRIC, TWO_SPECS, write_file
from printed import on_one_line
from scored_files import invoke

from benchmark.metrics.catalogue import METRICS
from benchmark.plugins.named_files import FILES
from benchmark.runs.reading import read_run

RUN = ("run", "--dataset", "soundscapes", "--limit", "3", "--metrics", "rouge_l", "--profile", "0")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(FILES, raising=False)
    return tmp_path


def fails(*arguments):
    done = invoke(*arguments)
    assert done.exit_code != 0
    return f"{done.output}{done.exception}"


def test_a_file_is_a_row_that_says_so_and_an_edit_refuses_to_go_on(place):
    write_file(place, "mine.py", f"import said_here\n{FUNCTION}")
    near = write_file(place, "said_here.py", "")
    done = invoke(*RUN, "--systems", "./mine.py,constant", "--out", "r")
    assert done.exit_code == 0, done.output
    planned = read_run(place / "r").system("mine").planned
    assert planned.file == str(place / "mine.py")
    assert planned.makeup.files is not None
    assert f"mine: of mine.py, a {planned.version}." in on_one_line(done.output)
    assert FILES not in os.environ
    assert invoke("run", "--resume", "r").exit_code == 0
    near.write_text("edited = True")
    told = fails("run", "--resume", "r")
    assert f"mine.py {planned.version}, now mine.py file " in told
    assert "the files of mine.py" in told
    (place / "mine.py").rename(place / "gone.py")
    assert "mine.py', which is not there. Put it back" in fails("run", "--resume", "r")
    assert invoke("run", "--resume", "r", "--without", "mine").exit_code == 0


def test_a_captioner_of_a_file_has_a_process_of_its_own(place):
    write_file(place, "here.py", f"import os\n{CLASS}".replace("silence", "{os.getpid()} silence"))
    ledger = place / "r" / "ledger.jsonl"
    done = invoke(*RUN, "--systems", "here.py", "--out", "r")
    assert done.exit_code == 0, done.output
    said = [json.loads(line).get("caption") for line in ledger.read_text().splitlines()]
    (caption,) = {text for text in said if text}
    pid, rest = caption.split(" ", 1)
    assert int(pid) != os.getpid()
    assert rest == "silence at 8000"


def test_one_of_several_systems_is_named_with_its_options(place):
    write_file(place, "two.py", TWO_SPECS)
    assert "brings 2 systems: 'wet', 'dry'. Name one, as ./two.py:wet" in fails(
        *RUN, "--systems", "./two.py"
    )
    assert "no system of './two.py' named 'dri'" in fails("systems", "./two.py:dri")
    names = "./two.py:wet[word=hail],sand=./two.py:dry"
    done = invoke(*RUN, "--systems", names, "--out", "r")
    assert done.exit_code == 0, done.output
    assert [*read_run(place / "r").systems] == ["wet[word=hail]", "sand"]
    listed = invoke("--plugin", "two.py", "systems", "wet", "dry")
    assert listed.exit_code == 0, listed.output
    assert "that is said" in listed.output


def test_what_cannot_be_used_is_told_with_file_and_line(place):
    write_file(place, "mine.py", "x = 1\nimport not_there_at_all\n" + FUNCTION)
    told = fails("systems", "./mine.py")
    assert "mine.py', line 2: ModuleNotFoundError: No module named 'not_there_at_all'" in told
    write_file(place, "none.py", HOOK.replace("yield", "return [] and"))
    write_file(place, "odd.py", HOOK.replace("bench_systems", "bench_system"))
    assert "none.py' brings no system: its hooks give nothing." in fails("systems", "./none.py")
    told = fails("systems", "./odd.py")
    assert "odd.py': unknown hook 'bench_system'. Did you mean 'bench_systems'?" in told
    write_file(place, "constant.py", FUNCTION)
    told = fails("systems", "./constant.py")
    assert "system 'constant' is declared by both aac-bench" in told
    assert "constant.py' otherwise: what is only a function has its file's name" in told


def test_a_plugin_file_that_is_broken_is_refused_since_it_was_named(place):
    write_file(place, "bad.py", "raise SystemExit(0)")
    assert "bad.py', line 1: SystemExit: 0" in fails("--plugin", "bad.py", "systems", "constant")
    done = invoke("--plugin", "bad.py", "plugins", "list")
    assert (done.exit_code, "BROKEN: SystemExit: 0" in done.output) == (0, True)
    done = invoke("--plugin", "bad.py", "--no-plugin", "bad.py", "systems", "constant")
    assert "broken" not in done.output
    assert "no file 'none.py'" in fails("--plugin", "none.py", "systems")


def test_a_metric_of_a_file_is_a_column(place):
    write_file(place, "my_metric.py", METRIC)
    rows = (
        "file_name,caption_predicted,caption_1\n0.wav,a dog,a dog barks\n1.wav,rain,a dog barks\n"
    )
    write_file(place, "captions.csv", rows)
    done = invoke("score", "captions.csv", "--metrics", "rouge_l,./my_metric.py", "--out", "r")
    assert done.exit_code == 0, done.output
    cell = read_run(place / "r").system("captions").cell("my-metric")
    assert cell.value == pytest.approx(0.5)
    declared = read_run(place / "r").system("captions").scores.declared["my-metric"]
    assert declared.brought_by.startswith("my_metric.py file ")
    assert declared.how_to_get == "bench --plugin my_metric.py"
    again = invoke("rescore", "r", "--metrics", "./my_metric.py", "--only")
    assert again.exit_code == 0, again.output


def test_values_of_a_metric_from_a_file_outlive_the_command(place):
    code = METRIC
    file = write_file(place, "lcs.py", code)
    done = invoke(*RUN[:-4], "--metrics", "rouge_l,./lcs.py", "--profile", "0",
                  "--systems", "constant", "--text-only", "--out", "r")  # fmt: skip
    assert done.exit_code == 0, done.output
    scores = place / "r" / "scores.json"
    kept = scores.read_bytes()
    assert read_run(place / "r").plan.header.declared["lcs"].file == str(file)
    assert str(place) not in scores.read_text()
    for again in (("run", "--resume", "r"), ("rescore", "r")):
        METRICS.forget_declared()
        done = invoke(*again)
        assert done.exit_code == 0, (done.output, done.exception)
        assert scores.read_bytes() == kept
        assert FILES not in os.environ
    file.rename(place / "gone.py")
    for again in ("run --resume", "rescore"):
        told = on_one_line(fails(*again.split(), "r"))
        assert "values of lcs that would be lost: lcs.py, which computes it, is not" in told
        assert f"`bench --plugin ./lcs.py {again} r`" in told
        assert scores.read_bytes() == kept
    moved = write_file(place / "elsewhere", "lcs.py", code)
    assert invoke("--plugin", str(moved), "run", "--resume", "r").exit_code == 0
    assert scores.read_bytes() == kept
    file.write_text(code + "edited = True")
    told = on_one_line(fails("run", "--resume", "r"))
    assert "not what it was when the run began: lcs: lcs.py file " in told
    assert scores.read_bytes() == kept
    for options in (["--accept-changes"], []):
        done = invoke("run", "--resume", "r", *options)
        assert done.exit_code == 0, (done.output, done.exception)
    file.unlink()
    done = invoke("rescore", "r", "--metrics", "rouge_l", "--only")
    assert done.exit_code == 0, (done.output, done.exception)
