"""Trackers hear of sealed runs, and can break nothing of them."""

from __future__ import annotations

import json

import pytest
from plugin_distributions import good_plugin, write_distribution
from run_records import run_of, system
from scored_files import good_on, invoke, score

from benchmark.runs import tracking
from benchmark.runs.reading import read_run
from benchmark.runs.tracking import describe_sealed, tell_trackers

NOTING = """
import json
from benchmark import TrackedRun, hookimpl

BENCH_API = 2

@hookimpl
def bench_run_sealed(run: TrackedRun) -> None:
    print("noted")
    with open({path!r}, "a") as file:
        systems = {{each.name: each.metrics["cider_d"].value for each in run.systems}}
        file.write(json.dumps([run.content_id, systems]) + "\\n")
"""


def write_tracker(site, name, code):
    write_distribution(site, name, code, group="aac_bench_trackers")


def noted(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_tracker_hears_of_a_run_that_is_scored_and_of_one_that_is_scored_again(
    site, tmp_path, clips_folder, capfd
):
    write_tracker(site, "noting", NOTING.format(path=str(tmp_path / "noted")))
    run = score(clips_folder, tmp_path / "mine", {"good": good_on(range(12))}, "cider_d")
    record = read_run(run)
    assert noted(tmp_path / "noted") == [
        [record.content_id, {"good": record.system("good").value("cider_d")}]
    ]
    done = invoke("rescore", run)
    assert done.exit_code == 0, done.output
    assert len(noted(tmp_path / "noted")) == 2
    assert "noted" not in done.stdout  # the table stands there alone
    capfd.readouterr()
    done = invoke("--no-plugin", "noting", "rescore", run)
    assert done.exit_code == 0, done.output
    assert len(noted(tmp_path / "noted")) == 2


HOOK = "from benchmark import hookimpl\nBENCH_API = 2\n@hookimpl\ndef {name}(run):\n    {body}\n"
RAISING = HOOK.format(name="bench_run_sealed", body="raise SystemExit('no server')")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (RAISING, "SystemExit: no server"),
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        (HOOK.format(name="bench_run_seald", body="pass"), "bench_run_sealed"),
        ("BENCH_API = 2", "no bench_run_sealed hook found"),
        (RAISING.replace("= 2", "= 9"), "written for API 9"),
        (
            HOOK.format(name="bench_run_sealed", body="import time; time.sleep(20)"),
            "tracker broken took longer than 0.2 s",
        ),
    ],
)
def test_a_broken_tracker_is_named_and_the_others_hear(
    site, tmp_path, monkeypatch, capsys, code, reason
):
    monkeypatch.setattr(tracking, "LIMIT_S", 0.2)
    write_tracker(site, "broken", code)
    write_tracker(site, "noting", NOTING.format(path=str(tmp_path / "noted")))
    tell_trackers(run_of(system("toy"), path="runs/mine"))
    assert [systems for _, systems in noted(tmp_path / "noted")] == [{"toy": 0.3}]
    (line,) = capsys.readouterr().err.replace("noted\n", "").splitlines()
    assert line.startswith("bench: the tracker broken failed at runs/mine, which is sealed all the")
    assert reason in line
    assert "`bench --no-plugin broken ...` goes without it" in line


def test_plugins_that_bring_systems_are_not_imported_for_trackers(site):
    write_distribution(site, "heavy", "raise SystemError('imported')")
    tell_trackers(run_of())


def test_what_a_tracker_hears_is_what_the_run_says():
    run = run_of(system("toy", trained_on=("clotho",), facts={"epochs": 3}))
    heard = describe_sealed(run)
    (toy,) = heard.systems
    assert (heard.content_id, heard.dataset) == (run.content_id, "clotho:evaluation")
    assert toy.facts == {"epochs": 3}
    assert toy.metrics["cider_d"].signature == str(run.system("toy").signature("cider_d"))
    assert (toy.metrics["cider_d"].value, toy.p50_s) == (0.3, None)


def test_trackers_are_listed_and_diagnosed_with_the_other_plugins(site):
    write_distribution(site, "good", good_plugin("fine"))
    write_tracker(site, "broken", "BENCH_API = 2")
    done = invoke("plugins", "list")
    assert done.exit_code == 0, done.output
    assert "broken" in done.output
    assert "(tracker)" in done.output
    done = invoke("plugins", "doctor")
    assert done.exit_code == 1
    assert "broken (broken 0.1): PluginError: no bench_run_sealed hook found" in done.output
